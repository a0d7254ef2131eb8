"""Build an index, or bring it up to date: only text that no store holds is embedded."""

import json
from pathlib import Path

from wattrag.study.job import logged

# The processes that embed import this file again, as another module.
if __name__ == "__main__":
    with logged(snakemake.log[0]):
        from wattrag.datafiles.sheet import SheetRow
        from wattrag.index.build import build_index
        from wattrag.llm.embedders.embedding import load_embedder
        from wattrag.store.vectors import VectorStore
        from wattrag.study.load import read_settings, study_models

        settings = read_settings(snakemake.config)
        spec = settings.indexes[snakemake.wildcards.index]
        registry = study_models(settings, Path(snakemake.scriptdir).resolve().parents[1])
        build_index(
            [Path(tree) for tree in snakemake.input.trees],
            Path(snakemake.output.built).parent,
            spec,
            load_embedder(registry[spec.embedder]),
            VectorStore(Path(settings.store)),
            rows=[SheetRow(**row) for row in json.loads(snakemake.params.spec)["rows"]],
            workers=snakemake.threads,
        )

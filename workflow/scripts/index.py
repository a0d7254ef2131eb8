"""Build an index, or bring it up to date: only text that no store holds is embedded."""

import json
from pathlib import Path

from wattrag.study.job import logged

with logged(snakemake.log[0]):
    from wattrag.datafiles.sheet import SheetRow
    from wattrag.index.build import build_index
    from wattrag.index.embed import LocalEmbedder
    from wattrag.store.vectors import VectorStore
    from wattrag.study.load import declared_models, read_settings

    settings = read_settings(snakemake.config)
    spec = settings.indexes[snakemake.wildcards.index]
    registry = declared_models(Path(snakemake.scriptdir).resolve().parents[1])
    build_index(
        [Path(tree) for tree in snakemake.input.trees],
        Path(snakemake.output.built).parent,
        spec,
        LocalEmbedder(registry[spec.embedder]),
        VectorStore(Path(settings.store)),
        rows=[SheetRow(**row) for row in json.loads(snakemake.params.spec)["rows"]],
    )

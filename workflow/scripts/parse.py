"""Parse one document into a tree of sections, paragraphs and sentences."""

import json
from pathlib import Path

from wattrag.study.job import logged

with logged(snakemake.log[0]):
    from wattrag.corpus.bounded import parse_bounded
    from wattrag.corpus.tree import write_tree
    from wattrag.datafiles.sheet import SheetRow

    spec = json.loads(snakemake.params.spec)
    tree = parse_bounded(
        Path(snakemake.input.file),
        SheetRow(**spec["row"]),
        parser=spec["parser"],
        on_bad_document=spec["on_bad_document"],
    )
    write_tree(Path(snakemake.output.tree), tree)

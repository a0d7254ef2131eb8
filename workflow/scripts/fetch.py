"""Fetch one document: download it, or copy it from this machine, and check its bytes."""

import json
from pathlib import Path

from wattrag.study.job import logged

with logged(snakemake.log[0]):
    from wattrag.corpus.fetch import FetchLimits, fetch
    from wattrag.datafiles.sheet import SheetRow

    local = snakemake.input.get("local")
    url = local[0] if local else json.loads(snakemake.params.spec)["url"]
    row = SheetRow(id=snakemake.wildcards.doc, title="", url=url)
    fetch(row, Path(), Path(snakemake.output.file), FetchLimits())

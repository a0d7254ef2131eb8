"""Compare a datafile's retrievers by the evidence they find."""

from pathlib import Path

from wattrag.study.job import logged

with logged(snakemake.log[0]):
    from wattrag.analysis.retrieval import read_metrics
    from wattrag.analysis.tables.content import export
    from wattrag.analysis.tables.retrieval import retrieval_table, write_retrieval_page

    table = retrieval_table(read_metrics([Path(path) for path in snakemake.input.metrics]))
    export(Path(snakemake.output.table), table)
    write_retrieval_page(Path(snakemake.output.page), snakemake.wildcards.datafile, table)

"""Cut the figures of one document out of its PDF."""

from pathlib import Path

from wattrag.study.job import logged

with logged(snakemake.log[0]):
    from wattrag.corpus.crops import crop_bounded
    from wattrag.corpus.images import write_images
    from wattrag.corpus.tree import read_tree

    found = crop_bounded(Path(snakemake.input.file), read_tree(Path(snakemake.input.tree)))
    write_images(Path(snakemake.output.images), found)

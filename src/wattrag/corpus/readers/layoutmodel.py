"""The layout model that PyMuPDF carries: what stands where on a page, as regions.

It runs offline on the processor, on one thread, so that equal pages give equal regions.
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import onnxruntime
from pymupdf.layout import DocumentLayoutAnalyzer

from wattrag.corpus.readers.geometry import Box, Region

MIN_SIDE = 2.0  # points: what is smaller is no region


def find_regions(page: Any, turn: int) -> tuple[Region, ...]:
    """What the model sees on a page of the PDF library.

    The page itself is turned by `turn` degrees (its text then runs from left to right) and stays
    so; boxes are those of the turned page.
    """
    page.set_rotation(turn)
    page.remove_rotation()
    with warnings.catch_warnings():  # of boxes without end, which damaged pages may have
        warnings.simplefilter("ignore", RuntimeWarning)
        groups = _model().predict(page, return_raw=True, do_sort=False)
    regions = (_region(group) for group in groups)
    return tuple(r for r in regions if min(r.box.width, r.box.height) > MIN_SIDE)


def _region(group: dict[str, Any]) -> Region:
    box = Box(*map(float, group["group_bbox"][:4]))
    grid = group.get("table_grid")
    if grid is None:
        return Region(group["class_name"], box)
    rows = tuple(sorted(box.y0 + float(line) for line in grid.h_lines))
    columns = tuple(sorted(box.x0 + float(line) for line in grid.v_lines))
    return Region(group["class_name"], box, rows, columns)


@cache
def _model() -> Any:
    with _single_threaded():
        return DocumentLayoutAnalyzer.get_model()


@contextmanager
def _single_threaded() -> Iterator[None]:
    """Within, sessions of the runtime use one thread: sums then have one order.

    The package makes its sessions itself and offers no options for them.
    """
    options = onnxruntime.SessionOptions

    def one_thread() -> Any:
        made = options()
        made.intra_op_num_threads = made.inter_op_num_threads = 1
        made.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
        return made

    onnxruntime.SessionOptions = one_thread
    try:
        yield
    finally:
        onnxruntime.SessionOptions = options

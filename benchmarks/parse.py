"""How fast the parsers are: pages per second against other extractors, in one run on one core.

    python benchmarks/parse.py FILES…

Every extractor reads every PDF `--repeat` times by turns; the least CPU time of each counts. PDFs
in which `fast` finds a table are counted apart from those of text alone. Two more checks: time
against the number of pages (a PDF of all files, once to eight times over), and memory against the
number of documents.
"""

import argparse
import gc
import itertools
import json
import logging
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"  # before anything that starts threads is imported

import psutil
import pymupdf
from rich.console import Console
from rich.table import Table

from wattrag.corpus.parse import find_reader

LENGTHS = (100, 200, 400, 800)  # pages, in the check of linearity
ROUNDS = 4  # over all files, in the check of memory


def read_with(parser: str, path: Path) -> None:
    """Read a PDF with one of our parsers, from bytes to sections, paragraphs and sentences."""
    find_reader(parser, path)(path)


def read_with_pypdf(path: Path) -> None:
    """Extract the text of every page with pypdf."""
    import pypdf

    for page in pypdf.PdfReader(path).pages:
        page.extract_text()


def read_with_pymupdf4llm(path: Path) -> None:
    """Make Markdown with pymupdf4llm, which asks the same layout model; without OCR."""
    import pymupdf4llm

    pymupdf4llm.to_markdown(str(path), use_ocr=False)


EXTRACTORS: dict[str, Callable[[Path], None]] = {
    "fast": lambda path: read_with("fast", path),
    "pypdf": read_with_pypdf,
    "layout": lambda path: read_with("layout", path),
    "pymupdf4llm": read_with_pymupdf4llm,
}


@dataclass(frozen=True)
class Bound:
    """`ours` makes at least so many times the pages per second of `other`."""

    ours: str
    other: str
    text: float
    tables: float


BOUNDS = [
    Bound("fast", "pypdf", text=5.0, tables=0.7),
    Bound("layout", "pymupdf4llm", text=0.83, tables=0.83),  # at most 1.2 times its time
]


@dataclass(frozen=True)
class Timing:
    """Seconds of CPU time that each extractor needs for a file."""

    file: str
    pages: int
    tables: int
    seconds: dict[str, float]


def timing(path: Path, names: Sequence[str], repeat: int) -> Timing:
    """Time the extractors on one file, by turns."""
    seconds: dict[str, float] = dict.fromkeys(names, float("inf"))
    for _, name in itertools.product(range(repeat), names):
        seconds[name] = min(seconds[name], _seconds(EXTRACTORS[name], path))
    return Timing(path.name, _pages(path), _tables(path), seconds)


def _seconds(extract: Callable[[Path], None], path: Path) -> float:
    gc.collect()
    started = time.process_time()
    extract(path)
    return time.process_time() - started


def _pages(path: Path) -> int:
    with pymupdf.open(path) as document:
        return int(document.page_count)


def _tables(path: Path) -> int:
    sections = find_reader("fast", path)(path).sections
    paragraphs = (p for section in sections for p in section.paragraphs)
    return sum(p.metadata.get("attachment_type") == "table" for p in paragraphs)


def speed(timings: Sequence[Timing], name: str) -> float:
    """Pages per second over some files."""
    return sum(t.pages for t in timings) / sum(t.seconds[name] for t in timings)


def ratios(timings: Sequence[Timing], bounds: Sequence[Bound]) -> Iterator[dict[str, object]]:
    """For each bound and kind of file: pages per second, and how many times the other's."""
    kinds = {
        "text": [t for t in timings if not t.tables],
        "tables": [t for t in timings if t.tables],
    }
    for bound, (kind, group) in itertools.product(bounds, kinds.items()):
        if group:
            ours, other = speed(group, bound.ours), speed(group, bound.other)
            yield {
                "files": kind,
                "pages": sum(t.pages for t in group),
                bound.ours: round(ours, 1),
                bound.other: round(other, 1),
                "ratio": round(ours / other, 2),
                "at least": getattr(bound, kind),
            }


def linearity(paths: Sequence[Path], parser: str) -> list[dict[str, float]]:
    """Milliseconds a page for the first pages of a PDF of all files, over and over."""
    rows = []
    with tempfile.TemporaryDirectory() as folder, pymupdf.open() as joined:
        for path in itertools.cycle(paths):
            if joined.page_count >= max(LENGTHS):
                break
            with pymupdf.open(path) as document:
                joined.insert_pdf(document)
        for pages in LENGTHS:
            target = Path(folder) / f"{pages}.pdf"
            with pymupdf.open() as document:
                document.insert_pdf(joined, to_page=pages - 1)
                document.save(target)
            spent = _seconds(EXTRACTORS[parser], target)
            rows.append({"pages": pages, "ms a page": round(1e3 * spent / pages, 2)})
    return rows


def memory(paths: Sequence[Path], parser: str) -> list[dict[str, float]]:
    """Resident mebibytes after each round over all files."""
    rows = []
    for round_ in range(1, ROUNDS + 1):
        for path in paths:
            EXTRACTORS[parser](path)
        gc.collect()
        resident = psutil.Process().memory_info().rss / (1 << 20)
        rows.append({"documents": round_ * len(paths), "MiB": round(resident, 1)})
    return rows


def shown(title: str, rows: Sequence[dict[str, object]]) -> Table:
    """Rows with the same keys as a table."""
    table = Table(*map(str, rows[0]), title=title, title_justify="left", box=None)
    for row in rows:
        table.add_row(*map(str, row.values()))
    return table


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("files", nargs="+", type=Path, metavar="FILES")
    arguments.add_argument("--repeat", type=int, default=3)
    arguments.add_argument("--only", nargs="+", choices=EXTRACTORS, default=list(EXTRACTORS))
    arguments.add_argument("--json", action="store_true", help="all figures, for a program")
    given = arguments.parse_args()
    logging.disable()  # what extractors say of damaged files
    bounds = [b for b in BOUNDS if {b.ours, b.other} <= set(given.only)]
    for name in given.only:  # models and word lists are loaded once, not for every file
        EXTRACTORS[name](given.files[0])
    gc.freeze()
    timings = [timing(path, given.only, given.repeat) for path in given.files]
    found = {
        "files": [_flat(t) for t in timings],
        "ratios": list(ratios(timings, bounds)),
        "linearity": linearity(given.files, given.only[0]),
        "memory": memory(given.files, given.only[0]),
    }
    if given.json:
        print(json.dumps({**found, "files": [asdict(t) for t in timings]}, indent=1))
        return
    console = Console(width=110)
    for title, rows in found.items():
        if rows:
            console.print(shown(title, rows), "")


def _flat(t: Timing) -> dict[str, object]:
    per_page = {f"{n} ms/page": round(1e3 * s / t.pages, 2) for n, s in t.seconds.items()}
    return {"file": t.file, "pages": t.pages, "tables": t.tables, **per_page}


if __name__ == "__main__":
    main()

"""How faithful a parser's trees are, on the embedded PDFs, whose sources say what they hold.

    python benchmarks/parse_quality.py [--parser fast] [--json]

=============  ==================================================================================
headings       share of the source's headings, title included, that are section titles (recall),
               and of the section titles that are headings (precision)
order          share of the source's paragraphs (their first words) that stand in its order
cells          share of a table's cells found in a row of a table's grid that holds its neighbours
words kept     share of the source's words that are in the tree
junk           share of the tree's words that are not in the source: running headers, hyphen
               fragments, words read twice
=============  ==================================================================================
"""

import argparse
import json
import re
import sys
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from wattrag.corpus.parse import parse
from wattrag.corpus.tree import DocumentTree, Paragraph
from wattrag.datafiles.sheet import SheetRow

EXAMPLE = Path(__file__).resolve().parents[1] / "resources" / "example"
sys.path.insert(0, str(EXAMPLE))
from typeset.source import Source, read_source  # noqa: E402 (beside the sources, in no package)

if TYPE_CHECKING:
    from typeset.source import Block

ANCHOR = 40  # letters by which a paragraph is recognised
ADDED = ("abstract", "references", "table", "figure")  # words that the typesetting adds
_MARKUP = re.compile(r"\[\^\w+\]|\*\*|[*~^]|\[\d+\]")
_WORD = re.compile(r"[^\W\d_]{2,}|\d+(?:[.,]\d+)*")
_NUMBER = re.compile(r"^\d+(?:\.\d+)*\.?\s+")


@dataclass(frozen=True)
class Quality:
    """The measures of one document, or of all: each a count and of how many."""

    headings_found: tuple[int, int]
    headings_right: tuple[int, int]
    order: tuple[int, int]
    cells: tuple[int, int]
    words_kept: tuple[int, int]
    junk: tuple[int, int]


def quality(source: Source, tree: DocumentTree, scanned: Source | None) -> Quality:
    """Compare a tree with the source of its document; `scanned` is that of its scanned page."""
    titles = [heading(section.title) for section in tree.sections]
    titles = [title for title in titles if title != "abstract"]
    expected = [heading(title) for title in _headings(source)]
    common = sum((Counter(titles) & Counter(expected)).values())
    allowed = Counter(words(" ".join(_texts(scanned)))) if scanned else Counter()
    kept, junk = _words(source, tree, allowed)
    if scanned:
        also = {heading(title) for title in _headings(scanned)}
        titles = [title for title in titles if title in expected or title not in also]
    return Quality(
        (common, len(expected)), (common, len(titles)), _order(source, tree), _cells(source, tree),
        kept, junk,
    )  # fmt: skip


def words(text: str) -> list[str]:
    """Words of two letters or more, and numbers, in lower case, without marks of notes."""
    return _WORD.findall(_MARKUP.sub("", text).casefold())


def heading(text: str) -> str:
    """A heading without its number, case and punctuation."""
    return " ".join(words(_NUMBER.sub("", text)))


def letters(text: str) -> str:
    """Letters and digits alone, for finding text whatever its spaces and hyphens."""
    return re.sub(r"[\W_]+", "", _MARKUP.sub("", text)).casefold()


def _headings(source: Source) -> list[str]:
    body = [block.text for block in source.blocks if block.kind == "heading"]
    return [source.front.title, *body]


def _texts(source: Source) -> Iterator[str]:
    """All that the document shows, running headers and drawings left out."""
    front = source.front
    yield from (front.title, front.authors, front.affiliation, front.disclaimer, front.abstract)
    for block in source.blocks:
        yield block.text
        yield str(block.data.get("caption", ""))
        for row in _rows(block):
            yield " ".join(row)
    yield from source.notes.values()


def _rows(block: "Block") -> list[list[str]]:
    if block.kind != "table":
        return []
    return [[str(cell) for cell in row] for row in [block.data["head"], *block.data["rows"]]]


def _paragraphs(tree: DocumentTree, kind: str | None) -> list[Paragraph]:
    paragraphs = (p for section in tree.sections for p in section.paragraphs)
    return [p for p in paragraphs if p.metadata.get("attachment_type") == kind]


def _words(
    source: Source, tree: DocumentTree, allowed: Counter[str]
) -> tuple[tuple[int, int], tuple[int, int]]:
    """Words of the source that the tree has, and words of the tree that the source has not."""
    expected = Counter(words(" ".join(_texts(source))))
    texts = [heading(section.title) for section in tree.sections]
    texts += [p.text for p in _paragraphs(tree, None)]
    for table in _paragraphs(tree, "table"):
        texts += [table.metadata["caption"], *(" ".join(r) for r in table.metadata["grid"])]
    found = Counter(words(" ".join(texts)))
    for word in [*ADDED, *(str(number) for number in range(100))]:
        found.pop(word, None)
    kept = expected & Counter(words(" ".join(texts)))
    junk = found - expected - allowed
    return (kept.total(), expected.total()), (junk.total(), found.total())


def _order(source: Source, tree: DocumentTree) -> tuple[int, int]:
    """How many paragraphs stand in order, of those that are found at all."""
    text = letters(" ".join(p.text for p in _paragraphs(tree, None)))
    blocks = (b for b in source.blocks if b.kind in {"paragraph", "bullet"})
    places = [text.find(letters(block.text)[:ANCHOR]) for block in blocks]
    found = [place for place in places if place >= 0]
    return _longest_rising(found), len(places)


def _longest_rising(values: Iterable[int]) -> int:
    """Length of the longest increasing subsequence (patience sorting)."""
    ends: list[int] = []
    for value in values:
        place = bisect_left(ends, value)
        ends[place : place + 1] = [value]
    return len(ends)


def _cells(source: Source, tree: DocumentTree) -> tuple[int, int]:
    """Cells that stand in a grid's row with most of the cells of their row."""
    rows = [[letters(cell) for cell in row] for block in source.blocks for row in _rows(block)]
    grids = _paragraphs(tree, "table")
    read = [Counter(letters(c) for c in row) for table in grids for row in table.metadata["grid"]]
    found = 0
    for row in rows:
        cells = Counter(cell for cell in row if cell)
        found += max(((cells & other).total() for other in read), default=0)
    return found, sum(bool(cell) for row in rows for cell in row)


def measure(parser: str) -> dict[str, Quality]:
    """The measures of each embedded PDF that has a source."""
    found = {}
    for path in sorted((EXAMPLE / "pdfs").glob("*.pdf")):
        source = read_source(EXAMPLE / "sources" / f"{path.stem}.md")
        scan = source.front.scan
        scanned = read_source(EXAMPLE / "sources" / scan) if scan else None
        tree = parse(path, SheetRow(id=path.stem, title="", url=path.name), parser)
        found[path.stem] = quality(source, tree, scanned)
    return found


def total(qualities: Sequence[Quality]) -> Quality:
    """The measures over several documents."""
    return Quality(
        *(
            tuple(sum(getattr(q, field.name)[i] for q in qualities) for i in (0, 1))
            for field in fields(Quality)
        )
    )


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--parser", default="fast")
    arguments.add_argument("--json", action="store_true")
    given = arguments.parse_args()
    found = measure(given.parser)
    found["all"] = total(list(found.values()))
    if given.json:
        print(json.dumps({name: asdict(q) for name, q in found.items()}, indent=1))
        return
    table = Table("document", *(f.name.replace("_", " ") for f in fields(Quality)), box=None)
    for name, measured in found.items():
        shares = (getattr(measured, field.name) for field in fields(Quality))
        table.add_row(name, *(f"{n / of:.3f} ({n}/{of})" if of else "" for n, of in shares))
    Console(width=140).print(table)


if __name__ == "__main__":
    main()

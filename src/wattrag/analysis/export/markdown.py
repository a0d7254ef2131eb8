"""Pages as Markdown with GitHub's tables."""

import re
from collections.abc import Iterable, Sequence

from wattrag.analysis.export.blocks import Block, Grid, Listing, Page, Paragraph

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~$&!])")
_LIST_MARK = re.compile(r"^(\d+)([.)])(?=\s|$)|^([+-])(?=\s|$)|^(=+|-+)$")


def markdown(page: Page) -> str:
    """A page under a heading of the second level."""
    blocks = "\n".join(map(_block, page.blocks))
    return f"## {escaped(page.title)}\n\n{blocks}"


def document(title: str, pages: Sequence[Page]) -> str:
    """All pages in one document."""
    body = "\n".join(map(markdown, pages))
    return f"# {escaped(title)}\n\n{body}"


def escaped(text: str) -> str:
    """Any text as Markdown that shows it, on one line; it becomes no markup, table cell or HTML."""
    plain = " ".join(text.split()).replace("\0", "\N{REPLACEMENT CHARACTER}")
    line = _SPECIAL.sub(r"\\\1", plain)
    return _LIST_MARK.sub(_broken_mark, line)


def _broken_mark(mark: re.Match[str]) -> str:
    if mark[1] is not None:
        return f"{mark[1]}\\{mark[2]}"
    return f"\\{mark[0]}"


def _block(block: Block) -> str:
    match block:
        case Paragraph(text):
            return f"{escaped(text)}\n"
        case Listing(items):
            return "".join(f"- {escaped(item)}\n" for item in items)
        case Grid():
            return _table(block)


def _table(grid: Grid) -> str:
    rule = ["---:" if column in grid.numeric else "---" for column in grid.columns]
    lines = [_row(map(escaped, grid.columns)), _row(rule)]
    lines += [_row(map(escaped, row)) for row in grid.rows]
    return f"{escaped(grid.caption)}\n\n" + "\n".join(lines) + "\n"


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"

"""A table as one HTML page that needs nothing else: what the report shows in place."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Literal

from wattrag.files import write_text

LONGEST = 300
_STYLE = """
body { font: 13px/1.4 system-ui, sans-serif; color: #222; margin: 1em; }
h1 { font-size: 1.2em; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: .3em .7em; max-width: 26em;
         border-bottom: 1px solid #ddd; overflow-wrap: break-word; }
th { position: sticky; top: 0; background: #fff; border-bottom: 2px solid #888; min-width: 4em; }
td:nth-child(2) { min-width: 15em; }
small { display: block; color: #555; }
.right { background: #d8ecf7; } .wrong { background: #fbe3d6; }
.right::before { content: "\\2713  "; } .wrong::before { content: "\\2717  "; }
"""


@dataclass(frozen=True)
class PageCell:
    """A cell: its text, a smaller second line, and whether it shows a right or wrong answer."""

    text: str
    detail: str = ""
    kind: Literal["", "right", "wrong"] = ""


def write_page(
    path: Path, title: str, header: Sequence[str], rows: Iterable[Sequence[PageCell]]
) -> None:
    """Write the table; its texts are untrusted and shown as text, long ones shortened."""
    head = "".join(f"<th>{_shown(name).replace('/', '/<wbr>')}</th>" for name in header)
    body = "\n".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
    write_text(
        path,
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{_shown(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f"<h1>{_shown(title)}</h1>\n<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>\n"
        "</body>\n</html>\n",
    )


def _cell(cell: PageCell) -> str:
    kind = f' class="{cell.kind}"' if cell.kind else ""
    detail = f"<small>{_shown(cell.detail)}</small>" if cell.detail else ""
    return f"<td{kind}>{_shown(cell.text)}{detail}</td>"


def _shown(text: str) -> str:
    cut = text if len(text) <= LONGEST else f"{text[:LONGEST]}\N{HORIZONTAL ELLIPSIS}"
    return escape(cut)

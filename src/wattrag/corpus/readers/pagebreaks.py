"""Plain text that was laid out for a printer: page breaks, headers and page numbers are undone."""

import re
from collections import Counter

from wattrag.corpus.readers.blocks import ENDED

PAGE_BREAK = "\f"
_PAGE_NUMBER = re.compile(
    r"(?:[\[(]?page\s+\d{1,4}(?:\s*(?:of|/)\s*\d{1,4})?[\])]?|[-\u2013—]\s*\d{1,4}\s*[-\u2013—])",
    re.IGNORECASE,
)
_BARE_NUMBER = re.compile(r"\d{1,4}")
_DIGITS = re.compile(r"\d+")


def without_page_breaks(text: str) -> str:
    """The text without form feeds, page numbers and the lines repeated around the breaks."""
    pages = [_without_numbers(page.split("\n")) for page in text.split(PAGE_BREAK)]
    if len(pages) > 1:
        pages = [_trimmed(page) for page in pages]
        edges = Counter(_masked(line) for page in pages for line in {*page[:1], *page[-1:]})
        repeated = {line for line, count in edges.items() if line and count > len(pages) / 2}
        pages = [_without_edges(page, repeated) for page in pages]
    joined = pages[0]
    for page in pages[1:]:
        joined = [*joined, *([] if _goes_on(joined, page) else [""]), *page]
    return "\n".join(joined)


def _without_numbers(lines: list[str]) -> list[str]:
    return ["" if _PAGE_NUMBER.fullmatch(line.strip()) else line for line in lines]


def _trimmed(lines: list[str]) -> list[str]:
    """The lines without blank ones and a bare page number at either end."""
    while lines and (not lines[0].strip() or _BARE_NUMBER.fullmatch(lines[0].strip())):
        lines = lines[1:]
    while lines and (not lines[-1].strip() or _BARE_NUMBER.fullmatch(lines[-1].strip())):
        lines = lines[:-1]
    return lines


def _masked(line: str) -> str:
    return _DIGITS.sub("#", " ".join(line.split()))


def _without_edges(page: list[str], repeated: set[str]) -> list[str]:
    if page and _masked(page[0]) in repeated:
        page = page[1:]
    if page and _masked(page[-1]) in repeated:
        page = page[:-1]
    return _trimmed(page)


def _goes_on(before: list[str], after: list[str]) -> bool:
    """Whether a sentence runs over the break."""
    if not before or not after:
        return False
    return not ENDED.search(before[-1].rstrip()) and after[0].lstrip()[:1].islower()

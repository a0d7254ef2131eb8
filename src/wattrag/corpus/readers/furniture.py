"""Running headers, footers and page numbers: found by their repetition, and left out."""

import re
from collections import defaultdict
from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

from wattrag.corpus.readers.geometry import Fragment, PageContent
from wattrag.corpus.readers.lines import rows_of

ZONE = 0.15  # of the page's height, at its top and bottom
OUTER_ROWS = 3  # rows looked at in each zone
SAME_PLACE = 4.0  # points
EDGE = 0.08  # of the page's height
FEW_PAGES = 6  # up to here, twice is a repetition; else three times
FAR_APART = 3.0  # em between a page number and the header at its right; a heading is nearer
NUMBER_GAP = 1.2  # em between a header and the page number at its right
MAX_HEADER_WORDS = 14
OPENING_WORDS = 2
_WORD = re.compile(r"[^\W\d_]{2,}")
_DIGITS = re.compile(r"\d+")
_ROMAN = re.compile(r"[ivxl]+", re.IGNORECASE)
_PAGE_NUMBER = re.compile(
    r"[-\u2013—\s|]*(?:page\s*)?(\d{1,4})(?:\s*(?:/|of)\s*\d{1,4})?[-\u2013—\s|.]*", re.IGNORECASE
)
_EDGE_NUMBER = re.compile(r"^(\d{1,4})\b|\b(\d{1,4})$")


class _Row(NamedTuple):
    page: int
    is_top: bool
    fragments: list[Fragment]
    gap: float  # to the next row inwards, in line heights

    @property
    def y(self) -> float:
        return self.fragments[0].y0

    @property
    def text(self) -> str:
        return " ".join(f.text for f in self.fragments)


def without_furniture(pages: Sequence[PageContent]) -> list[list[Fragment]]:
    """The fragments of each page, furniture left out; all, where there is nothing else."""
    rows = [row for page in pages for row in _outer_rows(page)]
    repeated = _repeated(rows, 2 if len(pages) <= FEW_PAGES else 3)
    offsets = _number_offsets(rows)
    front = _front_words(pages) if len(pages) <= FEW_PAGES else set()
    removed: dict[int, set[Fragment]] = defaultdict(set)
    for row in rows:
        if (
            _is_furniture(row, repeated, offsets, is_single=len(pages) == 1)
            or (row.page > 1 and row.is_top and row.gap > 1 and _is_short_title(row.text, front))
            or (len(pages) == 1 and _is_outlying(row, pages[0]))
        ):
            removed[row.page].update(row.fragments)
    kept = [[f for f in page.fragments if f not in removed[page.number]] for page in pages]
    return kept if any(kept) else [list(page.fragments) for page in pages]


def _front_words(pages: Sequence[PageContent]) -> set[str]:
    """The words of the upper third of the first page: title and authors among them."""
    top = [f.text for f in pages[0].fragments if f.y1 < pages[0].height / 3] if pages else []
    return set(_WORD.findall(" ".join(top).casefold()))


def _is_short_title(text: str, front: set[str]) -> bool:
    """Whether a row repeats words of the title, as the header of a second and last page does."""
    words = [w for w in _WORD.findall(text.casefold()) if w not in {"et", "al"}]
    return 1 < len(words) < MAX_HEADER_WORDS and sum(w in front for w in words) >= len(words) - 1


def _is_outlying(row: _Row, page: PageContent) -> bool:
    """Whether a row of the only page stands by itself at its very edge, no larger than the text."""
    first, last = row.fragments[0], row.fragments[-1]
    at_edge = first.y1 < EDGE * page.height or last.y0 > (1 - EDGE) * page.height
    if not at_edge or row.gap < 1 or len(row.text.split()) > MAX_HEADER_WORDS:
        return False
    return max(f.size for f in row.fragments) < 1.1 * median(f.size for f in page.fragments)


def _outer_rows(page: PageContent) -> list[_Row]:
    top, bottom = ZONE * page.height, (1 - ZONE) * page.height
    upper = rows_of(f for f in page.fragments if f.y1 < top + f.size * 2)
    lower = rows_of(f for f in page.fragments if f.y0 > bottom - f.size * 2)[::-1]
    found = []
    for rows, is_top in ((upper, True), (lower, False)):
        for row, inner in zip(rows[:OUTER_ROWS], [*rows[1:], None][:OUTER_ROWS], strict=False):
            if (is_top and row[0].y1 < top) or (not is_top and row[0].y0 > bottom):
                found.append(_Row(page.number, is_top, row, _gap(row, inner)))
    return found


def _gap(row: list[Fragment], inner: list[Fragment] | None) -> float:
    if inner is None:
        return 9.0
    height = max(row[0].y1 - row[0].y0, 1.0)
    distance = inner[0].y0 - row[0].y1 if inner[0].y0 > row[0].y0 else row[0].y0 - inner[0].y1
    return distance / height


def _masked(text: str) -> str:
    return _DIGITS.sub("#", text).casefold()


def _repeated(rows: list[_Row], times: int) -> set[tuple[bool, int, str]]:
    """Place and masked text of what stands there on at least `times` pages."""
    seen: dict[tuple[bool, int, str], set[int]] = defaultdict(set)
    for row in rows:
        for text in {row.text, _opening(row), *(f.text for f in row.fragments)}:
            if any(c.isalpha() for c in text):
                for key in _places(row, text):
                    seen[key].add(row.page)
    return {key for key, pages in seen.items() if len(pages) >= times}


def _opening(row: _Row) -> str:
    """The first words of a row with a page number: `Chapter 3. Measuring 41` and the like."""
    words = row.text.split()
    if len(words) <= OPENING_WORDS + 1 or not _edge_numbers(row) or row.gap < 1:
        return ""
    if words[0].isdigit():
        words = words[1:]
    return " ".join([*words[:OPENING_WORDS], "…"])


def _places(row: _Row, text: str) -> list[tuple[bool, int, str]]:
    """Two overlapping bins of height, so that no near pair falls between them."""
    masked = _masked(text)
    return [(row.is_top, int(row.y / SAME_PLACE + shift), masked) for shift in (0.0, 0.5)]


def _number_offsets(rows: list[_Row]) -> set[int]:
    """Differences between printed and counted page numbers that occur on several pages."""
    pages: dict[int, set[int]] = defaultdict(set)
    for row in rows:
        for number in _edge_numbers(row):
            pages[number - row.page].add(row.page)
    return {offset for offset, on in pages.items() if len(on) > 1}


def _edge_numbers(row: _Row) -> list[int]:
    texts = {row.fragments[0].text, row.fragments[-1].text, row.text}
    found = []
    for text in texts:
        if whole := _PAGE_NUMBER.fullmatch(text):
            found.append(int(whole.group(1)))
        else:
            found += [int(a or b) for a, b in _EDGE_NUMBER.findall(text)]
    return found


def _is_furniture(
    row: _Row, repeated: set[tuple[bool, int, str]], offsets: set[int], *, is_single: bool
) -> bool:
    rest = [
        f
        for f in row.fragments
        if not any(place in repeated for place in _places(row, f.text))
        and not _is_page_number(f.text)
    ]
    if any(place in repeated for text in (row.text, _opening(row)) for place in _places(row, text)):
        return True
    numbered = any(number - row.page in offsets for number in _edge_numbers(row))
    if not rest:
        has_text = any(any(c.isalpha() for c in f.text) for f in row.fragments)
        return has_text or numbered or (len(row.fragments) == 1 and row.gap > 1)
    return row.gap > 0.5 and ((numbered and _is_header_like(row)) or (is_single and _far(row)))  # noqa: PLR2004


def _is_page_number(text: str) -> bool:
    return bool(_PAGE_NUMBER.fullmatch(text) or (_ROMAN.fullmatch(text) and len(text) <= 6))  # noqa: PLR2004


def _is_header_like(row: _Row) -> bool:
    """Whether a row with a page number is a header or footer, and no heading or footnote."""
    if _far(row):
        return True
    is_sentence = row.text.endswith(".") or len(row.text.split()) > MAX_HEADER_WORDS
    return not is_sentence and not any(f.bold for f in row.fragments)


def _far(row: _Row) -> bool:
    """Whether a number stands at an edge of the row, well apart from its text."""
    first, last = row.fragments[0], row.fragments[-1]
    if len(row.fragments) < 2:  # noqa: PLR2004
        return False
    if _is_page_number(last.text):
        return last.x0 - row.fragments[-2].x1 > NUMBER_GAP * last.size
    return _is_page_number(first.text) and row.fragments[1].x0 - first.x1 > FAR_APART * first.size

"""One PDF page as geometry: pieces of text, rules, drawings and images, in points from its top
left corner. Nothing of the PDF library is left in it.
"""

import re
import unicodedata
from collections.abc import Iterator
from itertools import groupby
from typing import Any, NamedTuple

import pymupdf

MAX_FRAGMENTS = 60_000  # more is no page that anyone reads
MAX_DRAWINGS = 20_000
MAX_RULE_HEIGHT, MIN_RULE_WIDTH = 2.6, 30.0  # points
MOSTLY = 0.8  # share of a line's characters that make it bold or italic

_FLAGS = (
    pymupdf.TEXTFLAGS_DICT & ~pymupdf.TEXT_PRESERVE_IMAGES & ~pymupdf.TEXT_PRESERVE_LIGATURES
    | pymupdf.TEXT_COLLECT_VECTORS
)
_SUPERSCRIPT, _ITALIC, _BOLD = 1, 2, 16
_HORIZONTAL = 0.95  # cosine of the steepest text that counts as horizontal
_COMPATIBILITY = re.compile("[\ufb00-\ufb06\U0001d400-\U0001d7ff\u210e]")  # ligatures, math italics
_SYMBOL_BULLET = re.compile("^[\ue000-\uf8ff](?=\\s)")  # a glyph of a symbol font
_MARK = re.compile(r"\d{1,3}(?:[,–-]\d{1,3})*")
_EXPONENT_BASE = re.compile(r"(?:\d|(?<![^\W\d_])[a-zA-Zµμ]{1,2})$")
_SIGNED = re.compile(r"[-−+]?\d+")


class Fragment(NamedTuple):
    """A run of text on one baseline, as the PDF places it."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    size: float
    bold: bool
    italic: bool
    font: str


class Box(NamedTuple):
    """A rectangle: a drawing, an image, a region."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def width(self) -> float:
        """Horizontal extent in points."""
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        """Vertical extent in points."""
        return self.y1 - self.y0

    def holds(self, x: float, y: float, margin: float = 0.0) -> bool:
        """Whether a point lies in the box, or within `margin` of it."""
        return (
            self.x0 - margin <= x <= self.x1 + margin and self.y0 - margin <= y <= self.y1 + margin
        )

    def union(self, other: "Box") -> "Box":
        """The smallest box around both."""
        return Box(
            min(self.x0, other.x0),
            min(self.y0, other.y0),
            max(self.x1, other.x1),
            max(self.y1, other.y1),
        )

    def rounded(self) -> list[float]:
        """For metadata: one decimal."""
        return [round(value, 1) for value in self]


class Drawing(NamedTuple):
    """A vector path's box; `outlined` if it is stroked, `rectangle` if it is one."""

    box: Box
    outlined: bool
    rectangle: bool


class Word(NamedTuple):
    """A word's box; read only where a table may be, to part cells that stand close."""

    x0: float
    y0: float
    x1: float
    y1: float


class PageContent(NamedTuple):
    """What is on a page; `number` counts from 1."""

    number: int
    width: float
    height: float
    fragments: list[Fragment]
    drawings: list[Drawing]
    images: list[Box]
    words: list[Word]


def read_page(page: Any, number: int) -> PageContent:
    """Extract a page's geometry; image bytes are not touched.

    A page whose text runs upwards or downwards is turned first; its boxes are then those of the
    turned page, as a reader would see it.
    """
    content = page.get_text("dict", flags=_FLAGS)
    if turn := _turn_needed(content):
        page.set_rotation((page.rotation + turn) % 360)
        content = page.get_text("dict", flags=_FLAGS)
    fragments: list[Fragment] = []
    drawings: list[Drawing] = []
    for block in content["blocks"]:
        if block["type"] == 0:
            fragments.extend(_fragments(block, _HORIZONTAL))
        elif block["type"] == 3 and len(drawings) < MAX_DRAWINGS:  # noqa: PLR2004 (vector)
            drawings.append(Drawing(Box(*block["bbox"]), block["stroked"], block["isrect"]))
        if len(fragments) > MAX_FRAGMENTS:
            break
    if not fragments:  # slanted text is better than none
        blocks = [block for block in content["blocks"] if block["type"] == 0]
        fragments = [f for block in blocks for f in _fragments(block, steepest=-1.0)]
    width, height = content["width"], content["height"]
    images = _images(page, width, height)
    words = _words(page) if _may_hold_table(fragments, drawings) else []
    return PageContent(number, width, height, fragments, drawings, images, words)


def _turn_needed(content: dict[str, Any]) -> int:
    """Degrees clockwise by which most of a page's text must be turned to be read: 0, 90 or 270."""
    lines = [line for block in content["blocks"] if block["type"] == 0 for line in block["lines"]]
    if not lines or lines[0]["dir"][0] >= _HORIZONTAL and lines[-1]["dir"][0] >= _HORIZONTAL:
        return 0
    counts = {0: 0, 90: 0, 270: 0}
    for line in lines:
        x, y = line["dir"]
        turn = 90 if y < -_HORIZONTAL else 270 if y > _HORIZONTAL else 0
        counts[turn] += sum(map(_visible_length, line["spans"]))
    return max(counts, key=lambda turn: (counts[turn], -turn))


def _may_hold_table(fragments: list[Fragment], drawings: list[Drawing]) -> bool:
    """A caption, or two rules: without either, cells stand well apart or are not a table."""
    rules = sum(d.box.height < MAX_RULE_HEIGHT and d.box.width > MIN_RULE_WIDTH for d in drawings)
    return rules > 1 or any(f.text[:5].casefold() == "table" for f in fragments)


def _words(page: Any) -> list[Word]:
    flags = _FLAGS & ~pymupdf.TEXT_COLLECT_VECTORS
    return [Word(*word[:4]) for word in page.get_text("words", flags=flags)[:MAX_FRAGMENTS]]


def _fragments(block: dict[str, Any], steepest: float) -> Iterator[Fragment]:
    for line in block["lines"]:
        if line["dir"][0] < steepest:
            continue  # stamps along the margin, labels of a vertical axis
        spans = line["spans"]
        text = spans[0]["text"] if len(spans) == 1 else _joined(spans)
        text = clean(text)
        if not text:
            continue
        main = spans[0] if len(spans) == 1 else max(spans, key=_visible_length)
        bold, italic = _share(spans, _BOLD), _share(spans, _ITALIC)
        yield Fragment(
            text, *line["bbox"], main["size"], bold > MOSTLY, italic > MOSTLY, main["font"]
        )


def _visible_length(span: dict[str, Any]) -> int:
    return len(span["text"].strip())


def _share(spans: list[dict[str, Any]], flag: int) -> float:
    """The share of a line's characters that have a font flag."""
    if len(spans) == 1:
        return 1.0 if spans[0]["flags"] & flag else 0.0
    lengths = [(_visible_length(span), span["flags"] & flag) for span in spans]
    return sum(n for n, flagged in lengths if flagged) / max(sum(n for n, _ in lengths), 1)


def _joined(spans: list[dict[str, Any]]) -> str:
    """The text of a line; raised digits become `^2` after a number or unit, else `[2]`."""
    text = ""
    for is_raised, group in groupby(spans, key=lambda span: bool(span["flags"] & _SUPERSCRIPT)):
        piece = "".join(span["text"] for span in group)
        text += _raised(piece, text) if is_raised and text and not text[-1].isspace() else piece
    return text


def _raised(piece: str, base: str) -> str:
    mark = piece.strip()
    if _SIGNED.fullmatch(mark) and (_EXPONENT_BASE.search(base) or not mark.isdigit()):
        return piece.replace(mark, f"^{mark}")
    return piece.replace(mark, f"[{mark}]") if _MARK.fullmatch(mark) else piece


def clean(text: str) -> str:
    """White space made single, ligatures and control characters resolved."""
    if not text.isascii():
        text = _SYMBOL_BULLET.sub("• ", text)
        if _COMPATIBILITY.search(text):
            text = _COMPATIBILITY.sub(_plain_form, text)
        text = "".join(c for c in text if c == "\u00ad" or _is_visible(c))
    elif not text.isprintable():
        text = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(text.split())


def _plain_form(match: re.Match[str]) -> str:
    return unicodedata.normalize("NFKC", match.group())


def _is_visible(character: str) -> bool:
    """Not a control, private-use, surrogate or unassigned character."""
    return character.isspace() or unicodedata.category(character) not in {
        "Cc",
        "Cf",
        "Co",
        "Cs",
        "Cn",
    }


def _images(page: Any, width: float, height: float) -> list[Box]:
    if not page.get_images():
        return []
    whole = Box(0, 0, width, height)
    boxes = (Box(*info["bbox"]) for info in page.get_image_info())
    return [clipped for box in boxes if (clipped := _clip(box, whole)) is not None]


def _clip(box: Box, frame: Box) -> Box | None:
    clipped = Box(
        max(box.x0, frame.x0), max(box.y0, frame.y0), min(box.x1, frame.x1), min(box.y1, frame.y1)
    )
    return clipped if clipped.width > 0 and clipped.height > 0 else None

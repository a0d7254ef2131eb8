"""From the glyphs of a line to text: raised digits, ligatures, symbol fonts, control characters."""

import re
import unicodedata
from itertools import groupby
from typing import Any

_SUPERSCRIPT = 1  # flag of a span
_COMPATIBILITY = re.compile(  # ligatures, shapes of Hebrew and Arabic letters, math italics
    "[\ufb00-\ufb06\ufb1d-\ufdff\ufe70-\ufefc\U0001d400-\U0001d7ff\u210e]"
)
_COMBINING = {
    "\u00a8": "\u0308", "\u00b4": "\u0301", "\u02c6": "\u0302", "\u02dc": "\u0303",
    "\u02c7": "\u030c", "\u02d8": "\u0306", "\u02da": "\u030a", "\u02dd": "\u030b",
}  # fmt: skip
_DOTLESS = {"\u0131": "i", "\u0237": "j"}
_ACCENT = re.compile(f"([{''.join(_COMBINING)}])([^\\W\\d_])")
_SYMBOL_BULLET = re.compile("^[\x01-\x08\x0e-\x1f\ue000-\uf8ff](?=\\s|$)")  # in a symbol font
_MARK = re.compile(r"\d{1,3}(?:[,\u2013-]\d{1,3})*")
_EXPONENT_BASE = re.compile(r"(?:\d|(?<![^\W\d_])[a-zA-Zµμ]{1,2})$")
_SIGNED = re.compile(r"[-\u2212+]?\d+")


def joined(spans: list[dict[str, Any]]) -> str:
    """The text of a line; raised digits become `^2` after a number or unit, else `[2]`."""
    if not any(span["flags"] & _SUPERSCRIPT for span in spans):
        return "".join([span["text"] for span in spans])
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
    if text.isprintable() and text.isascii():
        return " ".join(text.split())
    if not text.isascii():
        text = _SYMBOL_BULLET.sub("• ", text)
        if _ACCENT.search(text):
            text = _ACCENT.sub(_accented, text)
        if _COMPATIBILITY.search(text):
            text = _COMPATIBILITY.sub(_plain_form, text)
        if text.isprintable():
            return " ".join(text.split())
        text = "".join(c for c in text if c == "\u00ad" or _is_visible(c))
    else:
        text = _SYMBOL_BULLET.sub("• ", text)
        text = "".join(c if c.isprintable() or c == "•" else " " for c in text)
    return " ".join(text.split())


def _accented(match: re.Match[str]) -> str:
    """The letter with the accent that old fonts set before it; both as they are if none has it."""
    accent, letter = match.group(1), match.group(2)
    base = _DOTLESS.get(letter, letter)
    letter = unicodedata.normalize("NFC", base + _COMBINING[accent])
    return letter if len(letter) == 1 else match.group()


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

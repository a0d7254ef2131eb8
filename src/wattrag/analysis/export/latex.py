"""Pages as LaTeX for booktabs: fragments for other documents, and one that compiles as it is."""

import re
import unicodedata
from collections.abc import Sequence

from wattrag.analysis.export.blocks import Block, Grid, Listing, Page, Paragraph

LONG = 40
"""Rows of a table that may still float; longer ones run over pages."""

# What TeX reads as more than a character, and signs with commands of their own.
_SIGNS = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "'": r"\textquotesingle{}",
    "`": r"\textasciigrave{}",
    "\N{EN DASH}": r"\textendash{}",
    "\N{EM DASH}": r"\textemdash{}",
    "\N{LEFT SINGLE QUOTATION MARK}": r"\textquoteleft{}",
    "\N{RIGHT SINGLE QUOTATION MARK}": r"\textquoteright{}",
    "\N{LEFT DOUBLE QUOTATION MARK}": r"\textquotedblleft{}",
    "\N{RIGHT DOUBLE QUOTATION MARK}": r"\textquotedblright{}",
    "\N{HORIZONTAL ELLIPSIS}": r"\textellipsis{}",
    "\N{BULLET}": r"\textbullet{}",
    "\N{DEGREE SIGN}": r"\textdegree{}",
    "\N{MICRO SIGN}": r"\ensuremath{\mu}",
    "\N{GREEK SMALL LETTER MU}": r"\ensuremath{\mu}",
    "\N{MULTIPLICATION SIGN}": r"\ensuremath{\times}",
    "\N{PLUS-MINUS SIGN}": r"\ensuremath{\pm}",
    "\N{MIDDLE DOT}": r"\ensuremath{\cdot}",
    "\N{MINUS SIGN}": r"\ensuremath{-}",
    "\N{LESS-THAN OR EQUAL TO}": r"\ensuremath{\leq}",
    "\N{GREATER-THAN OR EQUAL TO}": r"\ensuremath{\geq}",
    "\N{REGISTERED SIGN}": r"\textregistered{}",
    "\N{COPYRIGHT SIGN}": r"\textcopyright{}",
    "\N{LATIN SMALL LETTER SHARP S}": r"\ss{}",
    "\N{LATIN SMALL LETTER AE}": r"\ae{}",
    "\N{LATIN CAPITAL LETTER AE}": r"\AE{}",
    "\N{LATIN SMALL LIGATURE OE}": r"\oe{}",
    "\N{LATIN CAPITAL LIGATURE OE}": r"\OE{}",
    "\N{LATIN SMALL LETTER O WITH STROKE}": r"\o{}",
    "\N{LATIN CAPITAL LETTER O WITH STROKE}": r"\O{}",
    "\N{LATIN SMALL LETTER L WITH STROKE}": r"\l{}",
    "\N{LATIN CAPITAL LETTER L WITH STROKE}": r"\L{}",
    "\N{LATIN SMALL LETTER DOTLESS I}": r"\i{}",
}
_ACCENTS = {
    "\N{COMBINING GRAVE ACCENT}": "`",
    "\N{COMBINING ACUTE ACCENT}": "'",
    "\N{COMBINING CIRCUMFLEX ACCENT}": "^",
    "\N{COMBINING TILDE}": "~",
    "\N{COMBINING MACRON}": "=",
    "\N{COMBINING BREVE}": "u",
    "\N{COMBINING DOT ABOVE}": ".",
    "\N{COMBINING DIAERESIS}": '"',
    "\N{COMBINING RING ABOVE}": "r",
    "\N{COMBINING DOUBLE ACUTE ACCENT}": "H",
    "\N{COMBINING CARON}": "v",
    "\N{COMBINING DOT BELOW}": "d",
    "\N{COMBINING CEDILLA}": "c",
    "\N{COMBINING OGONEK}": "k",
}
# `--` is a dash to TeX; `\\` and `\item` take a bracket or star behind them for theirs.
_LIGATURE = re.compile("-(?=-)")
_OPTION = re.compile(r"^[\[*]")
_LABEL = re.compile(r"[^A-Za-z0-9:._-]")

_PREAMBLE = r"""\documentclass{article}
\usepackage[T1]{fontenc}
\usepackage{textcomp}
\usepackage{booktabs}
\usepackage{graphicx}
\usepackage{longtable}
\usepackage[margin=2cm]{geometry}
\begin{document}
"""
# As wide as it is, and no wider than the text.
_FIT = r"\resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}{%"


def latex(page: Page) -> str:
    """A page as a fragment; it needs the packages of `document`."""
    blocks = "\n".join(map(_block, page.blocks))
    return f"\\section{{{escaped(page.title)}}}\n\n{blocks}"


def document(pages: Sequence[Page]) -> str:
    """A document that takes in the fragments beside it."""
    inputs = "".join(f"\\input{{{page.name}.tex}}\n\\clearpage\n" for page in pages)
    return f"{_PREAMBLE}{inputs}\\end{{document}}\n"


def escaped(text: str) -> str:
    """Any text as ASCII LaTeX that shows it, on one line.

    Latin letters are composed of their base and accent; what has no command is named by its code
    point, because an engine would stop at it or drop it.
    """
    composed = unicodedata.normalize("NFC", " ".join(text.split()))
    line = "".join(map(_character, composed))
    return _OPTION.sub(r"{\g<0>}", _LIGATURE.sub("-{}", line))


def _character(char: str) -> str:
    if char in _SIGNS:
        return _SIGNS[char]
    if " " <= char <= "~":
        return char
    parts = unicodedata.normalize("NFD", char)
    base, accent = parts[0], _ACCENTS.get(parts[1:])
    if base.isascii() and base.isalpha() and accent is not None:
        return rf"\{accent}{{{base}}}"
    return rf"\texttt{{U+{ord(char):04X}}}"


def _block(block: Block) -> str:
    match block:
        case Paragraph(text):
            return f"{escaped(text)}\n"
        case Listing(items):
            lines = "".join(f"  \\item {escaped(item)}\n" for item in items)
            return f"\\begin{{itemize}}\n{lines}\\end{{itemize}}\n"
        case Grid():
            return _table(block)


def _table(grid: Grid) -> str:
    title = f"\\caption{{{escaped(grid.caption)}}}\\label{{tab:{_LABEL.sub('-', grid.label)}}}"
    spec = f"@{{}}{''.join(_column(grid, column) for column in grid.columns)}@{{}}"
    header = f"\\toprule\n{_row(grid.columns)}\n\\midrule\n"
    rows = "".join(f"{_row(row)}\n" for row in grid.rows)
    if len(grid.rows) > LONG:
        return (
            f"{{\\footnotesize\n\\begin{{longtable}}{{{spec}}}\n{title}\\\\\n{header}\\endhead\n"
            f"{rows}\\bottomrule\n\\end{{longtable}}}}\n"
        )
    return (
        f"\\begin{{table}}[htbp]\n\\centering\n{title}\n{_FIT}\n\\begin{{tabular}}{{{spec}}}\n"
        f"{header}{rows}\\bottomrule\n\\end{{tabular}}}}\n\\end{{table}}\n"
    )


def _column(grid: Grid, column: str) -> str:
    if column in grid.wrapped:
        return r"p{6cm}"
    return "r" if column in grid.numeric else "l"


def _row(cells: Sequence[str]) -> str:
    return " & ".join(map(escaped, cells)) + r" \\"

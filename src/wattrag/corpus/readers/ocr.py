"""Text of scanned pages, by the `tesseract` program where it is installed.

The program is run rather than the engine inside the PDF library: it is the version that the user
installed and can name, it runs in a process of its own that is stopped when its time is up, and
what it needs of memory is given back page by page.
"""

import csv
import io
import itertools
import logging
import math
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterable, Iterator
from functools import cache
from statistics import median
from typing import Any, NamedTuple

from wattrag.corpus.readers.geometry import Fragment, PageContent, Word
from wattrag.corpus.readers.glyphs import clean
from wattrag.corpus.readers.turning import DIRECTIONS, turned
from wattrag.corpus.steps import slow

PROGRAM = "tesseract"
DPI = 300  # what the engine was trained for
MAX_PIXELS = 25e6  # larger pages are rendered at a lower resolution
SECONDS = 25.0  # of the processor, for one page
PATIENCE = 4.0  # times as long by the clock
MIN_CONFIDENCE = 30.0  # of 100; words below are specks and shading
SURE = 70.0  # signs without a letter or digit need this
CELL_GAP = 1.2  # line heights between words of different cells
TYPE_SIZE = 0.9  # of a line's height from ascender to descender
NO_LANGUAGES = {"osd", "equ"}  # models of other things
MAX_LANGUAGES = 3
_TSV_WORD = "5"
_log = logging.getLogger(__name__)


class Engine(NamedTuple):
    """The installed program: where it is, its version, the languages it reads.

    `turns` is whether it finds out how a page is turned.
    """

    path: str
    version: str
    languages: str
    turns: bool

    @property
    def name(self) -> str:
        """What determines its results, as `tesseract 5.3.0 (eng)`."""
        return f"{PROGRAM} {self.version} ({self.languages}{'+osd' if self.turns else ''})"

    @property
    def mode(self) -> str:
        """How it segments a page: with its orientation found, if the model for that is there."""
        return "1" if self.turns else "3"


class _ReadWord(NamedTuple):
    line: tuple[str, ...]  # block, paragraph and line
    text: str
    x0: float
    y0: float
    x1: float
    y1: float


@cache
def find_engine() -> Engine | None:
    """The installed program; None if there is none that works."""
    path = shutil.which(PROGRAM)
    if path is None:
        return None
    try:
        shown = _run([path, "--version"]).decode(errors="replace")
        listed = _run([path, "--list-langs"]).decode(errors="replace").splitlines()[1:]
    except (OSError, subprocess.SubprocessError):
        return None
    version = re.search(r"tesseract v?(\S+)", shown)
    models = {line.strip() for line in listed if line.strip()}
    languages = sorted(models - NO_LANGUAGES, key=lambda name: (name != "eng", name))
    if version is None or not languages:
        return None
    return Engine(path, version.group(1), "+".join(languages[:MAX_LANGUAGES]), "osd" in models)


def recognised(page: Any, content: PageContent) -> PageContent:
    """A page with the text that is read from its image; as it was if none is.

    Args:
        page: the PDF library's page, rendered as a viewer shows it.
        content: what was read of it, without text.
    """
    engine = find_engine()
    if engine is None or not any(kind != "ignore-text" for kind, _ in page.get_bboxlog()):
        return content
    rect = page.rect
    zoom = min(DPI / 72, math.sqrt(MAX_PIXELS / max(rect.width * rect.height, 1.0)))
    image = page.get_pixmap(dpi=max(1, int(zoom * 72)), colorspace="gray", alpha=False)
    slow(SECONDS)
    try:
        table = _read(engine, image)
    except (OSError, subprocess.SubprocessError) as error:
        _log.warning("page %d: not recognised (%s)", content.number, _reason(error))
        return content
    words = list(_words(table, rect.width / max(image.width, 1)))
    if not words:
        return content
    upright = content._replace(
        width=rect.width,
        height=rect.height,
        fragments=[],
        words=[Word(w.x0, w.y0, w.x1, w.y1) for w in words],
        images=[],
        drawings=[],
        recognised=True,
    )
    turn = _turn_needed(words)
    read = turned(upright, turn)
    placed = [
        word._replace(**place._asdict()) for word, place in zip(words, read.words, strict=True)
    ]
    return read._replace(
        fragments=list(_fragments(placed)), turn=(page.rotation + turn) % 360, shown=page.rotation
    )


def _read(engine: Engine, image: Any) -> str:
    """The engine's table of the words in an image."""
    options = ["--dpi", str(max(image.xres, 1)), "--psm", engine.mode, "-l", engine.languages]
    result = _run([engine.path, "-", "-", *options, "tsv"], image.tobytes("png"))
    return result.decode("utf-8", errors="replace")


def _reason(error: Exception) -> str:
    if isinstance(error, subprocess.TimeoutExpired):
        return f"{PROGRAM} took more than {SECONDS:g} s"
    if isinstance(error, subprocess.CalledProcessError):
        if error.returncode == -signal.SIGXCPU:
            return f"{PROGRAM} took more than {SECONDS:g} s"
        return f"{PROGRAM} ended with exit code {error.returncode}"
    return str(error)


def _turn_needed(words: list[_ReadWord]) -> int:
    """Degrees clockwise after which the words of most lines follow each other to the right."""
    votes = dict.fromkeys(DIRECTIONS, 0)
    for before, word in itertools.pairwise(words):
        if before.line == word.line:
            across, down = word.x0 - before.x0, word.y0 - before.y0
            votes[
                max(DIRECTIONS, key=lambda t: across * DIRECTIONS[t][0] + down * DIRECTIONS[t][1])
            ] += 1
    return max(votes, key=lambda turn: (votes[turn], -turn))


def _run(command: list[str], given: bytes = b"") -> bytes:
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "OMP_THREAD_LIMIT": "1"},
    ) as process:
        _limit_processor(process.pid)
        try:
            shown, complaint = process.communicate(given, timeout=PATIENCE * SECONDS)
        except BaseException:
            process.kill()
            raise
    if process.returncode:
        if b"bad_alloc" in complaint:
            raise MemoryError
        raise subprocess.CalledProcessError(process.returncode, command)
    return shown


def _limit_processor(pid: int) -> None:
    """Bound a process's own seconds where the system can."""
    try:
        import resource

        resource.prlimit(pid, resource.RLIMIT_CPU, (int(SECONDS), int(SECONDS) + 1))
    except (ImportError, AttributeError, OSError):
        return


def _words(table: str, scale: float) -> Iterator[_ReadWord]:
    """The words of a TSV result, in points; what is hardly one is left out."""
    for row in csv.DictReader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE):
        text = clean(row["text"] or "") if row["level"] == _TSV_WORD else ""
        confidence = float(row["conf"])
        has_letter = any(c.isalnum() for c in text)
        if not text or confidence < (MIN_CONFIDENCE if has_letter else SURE):
            continue
        x0, y0 = float(row["left"]) * scale, float(row["top"]) * scale
        x1, y1 = x0 + float(row["width"]) * scale, y0 + float(row["height"]) * scale
        line = (row["block_num"], row["par_num"], row["line_num"])
        yield _ReadWord(line, text, x0, y0, x1, y1)


def _fragments(words: Iterable[_ReadWord]) -> Iterator[Fragment]:
    """Lines of text, parted where cells are; one type size for all lines of a paragraph."""
    for _, paragraph in itertools.groupby(words, key=lambda word: word.line[:2]):
        lines = [list(line) for _, line in itertools.groupby(paragraph, key=lambda word: word.line)]
        heights = [max(w.y1 for w in line) - min(w.y0 for w in line) for line in lines]
        size = round(TYPE_SIZE * median(heights) * 2) / 2
        for line, height in zip(lines, heights, strict=True):
            for piece in _parted(line, CELL_GAP * height):
                yield _fragment(piece, line, size)


def _parted(line: list[_ReadWord], gap: float) -> Iterator[list[_ReadWord]]:
    piece = [line[0]]
    for word in line[1:]:
        if word.x0 - piece[-1].x1 > gap:
            yield piece
            piece = []
        piece.append(word)
    yield piece


def _fragment(words: list[_ReadWord], line: list[_ReadWord], size: float) -> Fragment:
    return Fragment(
        " ".join(word.text for word in words),
        words[0].x0,
        min(word.y0 for word in line),
        words[-1].x1,
        max(word.y1 for word in line),
        size,
        bold=False,
        italic=False,
        font=PROGRAM,
    )

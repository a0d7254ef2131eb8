"""The files of a new study: a sheet row for each PDF, a commented configuration."""

import logging
import os
import re
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml

from wattrag.errors import InputError

SHEET_COLUMNS = ("id", "title", "url", "type", "year", "citation")
MAX_ID = 100
# What word processors write when nobody has given a title.
_NO_TITLE = re.compile(
    r"(microsoft word|powerpoint|untitled|.*\.(docx?|tex|pdf|indd)$)", re.IGNORECASE
)
_log = logging.getLogger(__name__)

_CONFIG = """\
# Paths start at the folder in which snakemake is run. Every other key, with its default:
# config/README.md. This file names only what differs from the defaults.

sources:
  {name}: {{sheet: {sheet}}}

# To have answers scored, add the columns answer_value and ref_id with the right values and the
# ids of the documents that hold them; without these you get a submission and no score.
datafiles:
  {name}: {{path: {questions}}}

# `extractive` needs no weights, key or GPU: a baseline to compare other models with.
# `wattrag models` lists what else is declared.
models: [extractive]

# Try the path to the end on a few questions first.
# limits: {{questions: 5}}
"""


def sheet_rows(pdfs: Path, relative_to: Path) -> list[dict[str, str]]:
    """One row per PDF in a folder (not in its sub-folders), sorted by file name.

    A title that the PDF does not declare is left empty: parsing then takes it from the text.

    Args:
        pdfs: the folder.
        relative_to: the sheet's folder; each row's url is the path from there.

    Raises:
        InputError: no such folder, no PDFs, or a file name that no CSV can hold.
    """
    if not pdfs.is_dir():
        raise InputError(str(pdfs), "is no folder", "name the folder of the PDFs with --pdfs")
    files = sorted(p for p in pdfs.iterdir() if p.suffix.lower() == ".pdf" and p.is_file())
    if not files:
        raise InputError(str(pdfs), "holds no PDFs itself", "name their folder with --pdfs")
    for file in files:
        if file.name != file.name.strip() or not file.name.isprintable():
            raise InputError(repr(str(file)), "has an unprintable name", "rename it")
    return [
        {"id": document_id, "title": pdf_title(file), "url": _url(file, relative_to)}
        for file, document_id in zip(files, document_ids(f.stem for f in files), strict=True)
    ]


def document_ids(stems: Iterable[str]) -> Iterator[str]:
    """An id for each file name: ASCII, safe as a file name, unique whatever the case."""
    taken: set[str] = set()
    for stem in stems:
        ascii_stem = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode()
        safe = re.sub(r"[^A-Za-z0-9._+-]+", "-", ascii_stem)[:MAX_ID].strip("._+-") or "document"
        found, n = safe, 1
        while found.lower() in taken:
            n += 1
            found = f"{safe}-{n}"
        taken.add(found.lower())
        yield found


def pdf_title(path: Path) -> str:
    """The title in a PDF's metadata; empty if there is none worth having."""
    import pymupdf

    library: Any = pymupdf
    library.TOOLS.mupdf_display_errors(False)
    try:
        with library.open(path, filetype="pdf") as document:
            title = " ".join(str((document.metadata or {}).get("title") or "").split())
            opened = bool(document.is_pdf)
    except (RuntimeError, ValueError):
        opened = False
    if not opened:
        _log.warning("%s: cannot be opened as a PDF; replace it or remove its row", path)
        return ""
    title = "".join(c for c in title if c.isprintable())
    return "" if _NO_TITLE.match(title) else title


def config_text(folder: Path, sheet: Path, questions: Path) -> str:
    """The configuration of a new study, named after its folder so that studies do not meet."""
    (name,) = document_ids([folder.resolve().name])
    scalars = {"name": name, "sheet": str(sheet), "questions": str(questions)}
    return _CONFIG.format(**{key: _scalar(value) for key, value in scalars.items()})


def _url(file: Path, folder: Path) -> str:
    return Path(os.path.relpath(file.parent.resolve(), folder.resolve()), file.name).as_posix()


def _scalar(text: str) -> str:
    """Text as a YAML scalar inside braces, quoted only where it must be."""
    flow = yaml.safe_dump([text], default_flow_style=True, allow_unicode=True, width=10_000)
    return flow.strip()[1:-1]

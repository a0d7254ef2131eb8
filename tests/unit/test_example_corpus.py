"""The embedded example corpus: reproducible files, and labels that the documents bear out."""

from __future__ import annotations

import ast
import csv
import json
import re
import subprocess
import sys
from collections import Counter
from functools import cache
from importlib.metadata import version
from itertools import product
from pathlib import Path

import pymupdf
import pytest

EXAMPLE = Path(__file__).resolve().parents[2] / "resources" / "example"
BLANK = "is_blank"
FLAGS = ("Quote", "Table", "Figure", "Math", "is_NA")
POINTERS = ("Table ", "Figure ", "Assurance letter")
SCANNED = ("meridian2023", 3)
#: The versions that made the checked-in files; others may place a glyph or pack a stream anew.
MADE_WITH = {"pymupdf": "2.0", "matplotlib": "3.11.2", "pillow": "13.0.0", "numpy": "2.4.6"}

Row = dict[str, str]


def read(name: str) -> list[Row]:
    """The rows of one of the corpus's CSV files."""
    with (EXAMPLE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


SHEET = {row["id"]: row for row in read("metadata.csv")}
SETS = {name: read(f"{name}.csv") for name in ("train_QA", "test_QA")}
QUESTIONS = [row for rows in SETS.values() for row in rows]
ANSWERED = [row for row in QUESTIONS if row["answer_value"] != BLANK]
PDFS = sorted(EXAMPLE.glob("pdfs/*.pdf"))

each_answered = pytest.mark.parametrize("row", ANSWERED, ids=lambda row: str(row["id"]))


@cache
def text_of(doc: str) -> str:
    """The text layer of a document."""
    path = EXAMPLE / SHEET[doc]["url"]
    if path.suffix != ".pdf":
        return path.read_text(encoding="utf-8")
    with pymupdf.open(path) as pdf:
        return "\n".join(page.get_text() for page in pdf)


def refs(row: Row) -> list[str]:
    """The ids of the documents a row refers to."""
    return list(ast.literal_eval(row["ref_id"]))


def compact(text: str) -> str:
    """Text without space and hyphens, so that line ends and hyphenation do not matter."""
    return re.sub(r"[\s*-]+", "", text)


def is_boolean(row: Row) -> bool:
    """Whether the question asks for true or false."""
    return row["question"].startswith("True or False: ")


def values(row: Row) -> list[str]:
    """The gold value's parts, each as a plain string."""
    value = row["answer_value"]
    return [str(part) for part in json.loads(value)] if value.startswith("[") else [value]


def occurs(value: str, text: str) -> bool:
    """Whether `value` stands in `text` as a whole, with or without thousands separators."""
    if not re.fullmatch(r"[\d.]+", value):
        spelled = r"[\s-]*".join(map(re.escape, compact(value)))
        return re.search(rf"(?<!\w){spelled}(?!\w)", text, re.IGNORECASE) is not None
    whole, dot, rest = value.partition(".")
    forms = {re.escape(form + dot + rest) for form in (whole, f"{int(whole):,}")}
    return re.search(rf"(?<![\d.,])(?:{'|'.join(forms)})(?![.,]?\d)", text) is not None


def kind(row: Row) -> str:
    """The kind of a question, as the corpus's README counts them."""
    value, why = row["answer_value"], row["explanation"]
    if value == BLANK:
        return "unanswerable"
    if is_boolean(row):
        return "true/false"
    for tag in ("Math", "Figure", "Table"):
        if why.startswith(tag):
            return tag.lower()
    if value.startswith("["):
        return "range" if len(values(row)) == 2 else "list"
    return "name" if row["answer_unit"] == BLANK else "number"


def test_rebuild_gives_the_checked_in_bytes(tmp_path: Path) -> None:
    """The PDFs are what their sources make; otherwise the two have drifted apart."""
    installed = {name: version(name) for name in MADE_WITH}
    if installed != MADE_WITH:
        pytest.skip(f"the files were made with {MADE_WITH}, installed are {installed}")
    command = [sys.executable, str(EXAMPLE / "build.py"), "--out", str(tmp_path)]
    subprocess.run(command, check=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == [path.name for path in PDFS]
    for path in PDFS:
        assert (tmp_path / path.name).read_bytes() == path.read_bytes(), path.name


def test_sheet_names_every_file_once() -> None:
    """Each document is in the sheet, and each entry of the sheet has its file."""
    files = {f"{path.parent.name}/{path.name}" for path in [*PDFS, *EXAMPLE.glob("docs/*")]}
    assert {row["url"] for row in SHEET.values()} == files
    assert len(files) == len(SHEET) == 10
    assert all(re.fullmatch(r"[a-z]+\d{4}", doc) for doc in SHEET)


def test_corpus_is_small_and_its_documents_short() -> None:
    """The corpus must not burden the repository or a first run."""
    assert sum(path.stat().st_size for path in PDFS) < 3_000_000
    for path in PDFS:
        with pymupdf.open(path) as pdf:
            assert 2 <= pdf.page_count <= 8, path.name


def test_invented_documents_say_so() -> None:
    """Only the notes on public facts go without the notice, and those name their sources."""
    notice = "Example document. All organisations and figures in it are invented"
    for doc in SHEET:
        assert (notice in text_of(doc)) != doc.startswith("wattrag"), doc


def test_only_the_scanned_page_has_no_text() -> None:
    """One page is an image; every other page has a text layer."""
    without = []
    for path in PDFS:
        with pymupdf.open(path) as pdf:
            without += [(path.stem, page.number) for page in pdf if not page.get_text().strip()]
    assert without == [SCANNED]


def test_layouts_vary() -> None:
    """Raster and vector figures, line-end hyphens and footnotes all occur."""
    images = drawings = hyphens = 0
    for path in PDFS:
        with pymupdf.open(path) as pdf:
            images += sum(len(page.get_images()) for page in pdf)
            drawings += sum(len(page.get_drawings()) > 20 for page in pdf)
        hyphens += len(re.findall(r"[a-z]-\n[a-z]", text_of(path.stem)))
    assert images >= 4
    assert drawings >= 4
    assert hyphens >= 60


def test_ids_are_unique_and_sets_disjoint() -> None:
    """No question appears twice, neither in one set nor across both."""
    assert [row["id"] for row in SETS["train_QA"]] == [f"ex{i:03d}" for i in range(1, 41)]
    assert [row["id"] for row in SETS["test_QA"]] == [f"ex{i:03d}" for i in range(101, 141)]
    assert len({row["question"] for row in QUESTIONS}) == len(QUESTIONS)


@pytest.mark.parametrize("name", SETS)
def test_kinds_are_mixed(name: str) -> None:
    """Each set has enough of every kind of question."""
    counts = Counter(map(kind, SETS[name]))
    least = {"number": 9, "range": 4, "list": 2, "name": 3, "true/false": 6}
    least |= {"table": 5, "figure": 2, "math": 3, "unanswerable": 5}
    assert all(counts[which] >= number for which, number in least.items()), counts
    truths = {row["answer_value"] for row in SETS[name] if is_boolean(row)}
    assert truths == {"0", "1"}
    assert sum(row["ref_id"].count("','") for row in SETS[name]) >= 3


def test_unanswerable_rows_are_blank_throughout() -> None:
    """A question without answer has no reference, no evidence and no explanation."""
    for row in QUESTIONS:
        columns = ("ref_id", "ref_url", "supporting_materials", "explanation")
        assert {row[column] == BLANK for column in columns} == {row["answer_value"] == BLANK}


def test_flags_agree_with_the_labels() -> None:
    """Every test question is flagged, and `is_NA` stands alone."""
    for row in SETS["test_QA"]:
        flags = {flag for flag in FLAGS if row[flag] == "1"}
        assert {row[flag] for flag in FLAGS} <= {"0", "1"}
        assert flags
        assert ("is_NA" in flags) == (row["answer_value"] == BLANK)
        assert "is_NA" not in flags or len(flags) == 1


@each_answered
def test_references_exist(row: Row) -> None:
    """References name documents of the sheet, with their URLs in the same order."""
    urls = [SHEET[doc]["url"] for doc in refs(row)]
    assert ast.literal_eval(row["ref_url"]) == urls


@each_answered
def test_quotes_are_in_the_documents(row: Row) -> None:
    """Evidence that is not a pointer to a table or figure is verbatim."""
    for part in row["supporting_materials"].split(" / "):
        if not part.startswith(POINTERS):
            assert any(compact(part) in compact(text_of(doc)) for doc in refs(row)), part


@each_answered
def test_values_are_in_the_documents(row: Row) -> None:
    """What is stated can be read; what only a figure shows is not in the text layer."""
    if is_boolean(row) or kind(row) == "math":
        return
    for value, doc in product(values(row), refs(row)):
        assert occurs(value, text_of(doc)) == (kind(row) != "figure"), value


@pytest.mark.parametrize(
    "row", [row for row in ANSWERED if not is_boolean(row)], ids=lambda row: str(row["id"])
)
def test_values_are_not_given_away(row: Row) -> None:
    """Neither a title nor a question contains the answer; statements to judge have to."""
    given = [entry["title"] for entry in SHEET.values()]
    given += [other["question"] for other in QUESTIONS if not is_boolean(other)]
    for value, text in product(values(row), given):
        assert not occurs(value, text), text

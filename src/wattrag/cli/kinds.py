"""The kinds of files people write, how each is recognised, and what checking one means."""

import csv
import io
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from wattrag.cli.handed_in import Against, check_handed_in
from wattrag.config.models import read_models
from wattrag.datafiles.decoding import decode
from wattrag.datafiles.questions import FLAGS, read_questions
from wattrag.datafiles.sheet import read_sheet
from wattrag.datafiles.table import read_table
from wattrag.errors import InputError
from wattrag.files import read_bytes
from wattrag.study.jobs import ensembles, experiments, external_results
from wattrag.study.load import load_study, read_config_file
from wattrag.study.sweeps.runs import sweeps


def kind_of(path: Path, against: Against) -> str:
    """The kind of a file, by its ending and its keys or columns.

    Labelled questions and submissions may have the same columns. Such a file is a submission if
    there are questions to hold it against, or if its name says so.

    Raises:
        InputError: an unreadable file, or one of no known kind.
    """
    if path.suffix.lower() in {".yaml", ".yml"}:
        entries = read_config_file(path).values()
        return (
            "models" if any(isinstance(e, dict) and "provider" in e for e in entries) else "study"
        )
    columns = _columns(path)
    if columns & {"title", "url", "citation"}:
        return "sheet"
    is_answered = columns & {"answer_value", "ref_id"} and not columns & {f.lower() for f in FLAGS}
    if is_answered and ("question" not in columns or _handed_in(path, against)):
        return "submission"
    if any(column.startswith("question") for column in columns):
        return "questions"
    read_table(path, required=())
    raise InputError(
        f"{path}:1",
        "has the columns of no file of ours",
        "sheets need id, title, url; questions id, question; submissions id, answer_value, ref_id",
    )


def check_study(path: Path, _: Against) -> str:
    """Read a study's configuration and all that it names, as the workflow does."""
    study = load_study(read_config_file(path), str(path))
    found = {
        "experiment": len(experiments(study)),
        "external result": len(external_results(study)),
        "ensemble": len(ensembles(study)),
        "sweep": len(sweeps(study)),
    }
    return ", ".join(_count(n, kind) for kind, n in found.items() if n) or "nothing to run"


def check_models(path: Path, _: Against) -> str:
    """Read a `models.yaml`."""
    return _count(len(read_models(path)), "entry", "entries")


def check_sheet(path: Path, _: Against) -> str:
    """Read a document sheet."""
    return _count(len(read_sheet(path)), "document")


def check_questions(path: Path, _: Against) -> str:
    """Read a question file."""
    found = read_questions(path)
    gold = "labelled" if found.labelled else "no gold: answers cannot be scored"
    return f"{_count(len(found.questions), 'row')}, {gold}"


def check_submission(path: Path, against: Against) -> str:
    """Read a submission; hold it against its questions and the documents it may cite."""
    return _count(check_handed_in(path, against), "row")


READERS: Mapping[str, Callable[[Path, Against], str]] = {
    "study": check_study,
    "models": check_models,
    "sheet": check_sheet,
    "questions": check_questions,
    "submission": check_submission,
}


def _columns(path: Path) -> set[str]:
    """The header's cells in lower case; none if the header is broken."""
    try:
        header = next(csv.reader(io.StringIO(decode(read_bytes(path)).text, newline="")), [])
    except csv.Error:
        return set()
    return {cell.strip().lower() for cell in header}


def _handed_in(path: Path, against: Against) -> bool:
    if against.questions is not None:
        return not path.samefile(against.questions.path)
    return re.search(r"submission|preds", path.stem.lower()) is not None


def _count(n: int, noun: str, nouns: str | None = None) -> str:
    return f"{n} {noun if n == 1 else nouns or noun + 's'}"

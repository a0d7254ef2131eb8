"""The evidence that a study has found already, as far as it is of this study's questions."""

from pathlib import Path

from pydantic import ValidationError

from wattrag.errors import InputError
from wattrag.files import read_jsonl
from wattrag.retrieval.records import Retrieved
from wattrag.study.load import Study
from wattrag.study.retrievals import Retrieval

RETRIEVED = "results/retrieval/{retriever}/{datafile}/{planner}.jsonl"
"""The output of the workflow's rule `retrieve`."""
CHARS_PER_TOKEN = 4
"""Of English text, for evidence that is not found yet."""


def evidence_found(study: Study, search: Retrieval, datafile: str) -> dict[str, Retrieved]:
    """Evidence by question id; questions without it, or with that of other cuts, are left out.

    Whether the file is otherwise up to date is Snakemake's to say.
    """
    path = RETRIEVED.format(retriever=search.retriever, datafile=datafile, planner=search.planner)
    settings = study.settings.retrievers[search.retriever]
    depth = study.depth(search.retriever)
    asked = {q.id: q for q in study.question_files[datafile].questions}
    found = {}
    for row in _rows(Path(path)):
        question = asked.get(row.id)
        if question is None or len(row.attempts) != depth + 1:
            continue
        cuts = row.attempts[0].top_k, row.attempts[0].top_k_final
        said = row.question, row.answer_unit
        if (cuts, said) == (
            (settings.top_k, settings.top_k_final),
            (question.question, question.answer_unit),
        ):
            found[row.id] = row
    return found


def _rows(path: Path) -> list[Retrieved]:
    """The rows of a retrieval file; none if there is no such file, or a run was killed in it."""
    if not path.is_file():
        return []
    try:
        return [Retrieved(**row) for row in read_jsonl(path)]
    except (InputError, ValidationError, TypeError):
        return []

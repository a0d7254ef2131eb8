"""From records to the rows that are handed in, and to what a run used."""

import json

import pytest

from wattrag.answering.answer import Answered
from wattrag.answering.models import Reading, reader_for
from wattrag.answering.partial import growing_submission
from wattrag.answering.records import BLANK, Answer, AnswerRecord
from wattrag.answering.submission import UNABLE, submission_rows
from wattrag.answering.usage import usage
from wattrag.config.embedders import SentenceTransformersEmbedder
from wattrag.config.models import ExtractiveModel
from wattrag.config.settings import Generation, Pipeline
from wattrag.datafiles.submission import read_submission
from wattrag.errors import InputError
from wattrag.llm.usage import Usage
from wattrag.store.completions import CompletionStore

ANSWER = Answer(
    answer="12 kWh",
    value="12",
    raw_value="12",
    ref_id=("a2024", "b2025"),
    supporting_materials='It used "12 kWh", they say.',
    explanation="Quote",
)


def record(question_id="q1", answer=ANSWER, **changes):
    return AnswerRecord(
        id=question_id,
        question="How much?",
        answer_unit="kWh",
        status="error" if answer is None else "ok",
        answer=answer,
        error="ValueError" if answer is None else None,
        attempts=1,
        ref_url=("https://example.org/a", "https://example.org/b"),
    ).model_copy(update=changes)


def blank():
    return record(answer=Answer(answer="", value=BLANK, raw_value=BLANK), ref_url=())


def test_an_answer_is_written_with_json_lists_of_citations():
    [row] = submission_rows([record()])
    assert (row.answer, row.answer_value, row.answer_unit) == ("12 kWh", "12", "kWh")
    assert json.loads(row.ref_id) == ["a2024", "b2025"]
    assert json.loads(row.ref_url) == ["https://example.org/a", "https://example.org/b"]
    assert row.supporting_materials == 'It used "12 kWh", they say.'


def test_a_blank_answer_is_blank_in_every_cell_but_its_sentence_and_unit():
    [row] = submission_rows([blank()])
    cells = (row.answer_value, row.ref_id, row.ref_url, row.supporting_materials, row.explanation)
    assert set(cells) == {BLANK}
    assert (row.answer, row.answer_unit) == (UNABLE, "kWh")


def test_an_error_has_no_row():
    rows = submission_rows([record("q1"), record("q2", answer=None), record("q3")])
    assert [row.id for row in rows] == ["q1", "q3"]


def test_documents_without_a_url_leave_no_empty_urls():
    [row] = submission_rows([record(ref_url=("", ""))])
    assert row.ref_url == BLANK


def test_rows_are_readable_while_they_come_in_and_ordered_at_the_end(tmp_path):
    path = tmp_path / "out" / "submission.csv"
    with growing_submission(path, ["q1", "q2"]) as growing:
        growing.add(record("q2"))
        part = path.with_name("submission.csv.part")
        assert [row.id for row in read_submission(part)] == ["q2"]
        assert not path.exists()
        growing.add(record("q1"))
    assert [row.id for row in read_submission(path)] == ["q1", "q2"]
    assert list(path.parent.iterdir()) == [path]


def test_a_failed_run_leaves_its_finished_rows_and_no_submission(tmp_path):
    path = tmp_path / "submission.csv"

    def run():
        with growing_submission(path, ["q1", "q2"]) as growing:
            growing.add(record("q1"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        run()
    assert not path.exists()
    assert [row.id for row in read_submission(tmp_path / "submission.csv.part")] == ["q1"]


def test_usage_counts_questions_retries_and_errors_and_knows_what_it_does_not_know():
    answered = [
        Answered(record("q1", attempts=1), (0.25,), Usage()),
        Answered(record("q2", answer=None, attempts=3), (0.25, 0.5, 0.25), Usage()),
    ]
    used = usage(answered, wall_seconds=2.0)
    assert (used["num_questions"], used["error_count"]) == (2, 1)
    assert (used["questions_retried"], used["total_retries"]) == (1, 2)
    assert (used["read_seconds"], used["avg_read_seconds"]) == (1.25, 0.625)
    assert used["input_tokens"] is None
    assert used["energy_wh"] is None
    assert [question["id"] for question in used["questions"]] == ["q1", "q2"]
    json.dumps(used, allow_nan=False)


def test_usage_of_nothing_has_no_average():
    assert usage([], wall_seconds=0.0)["avg_read_seconds"] is None


def reading(folder):
    return Reading(Pipeline(retriever="r"), Generation(), CompletionStore(folder))


def test_the_extractive_provider_has_a_reader(tmp_path):
    entry = ExtractiveModel(provider="extractive", name="x")
    assert reader_for("extractive", entry, reading(tmp_path)) is not None


def test_an_embedder_is_refused_as_a_reader(tmp_path):
    embedder = SentenceTransformersEmbedder(
        provider="sentence_transformers", name="x", package="x", dimensions=8
    )
    with pytest.raises(InputError, match=r"model 'mini'.*does not answer questions"):
        reader_for("mini", embedder, reading(tmp_path))

"""From records to the rows that are handed in, and to what a run used."""

import json

import pytest

from wattrag.answering.answer import Answered
from wattrag.answering.attempts import Attempted
from wattrag.answering.chat.prompt import load_prompt
from wattrag.answering.models import Reading, reader_for
from wattrag.answering.partial import growing_submission
from wattrag.answering.reader import AttemptLog, Evidence
from wattrag.answering.records import BLANK, Answer, AnswerRecord
from wattrag.answering.submission import UNABLE, submission_rows
from wattrag.answering.usage import Before, usage
from wattrag.config.embedders import SentenceTransformersEmbedder
from wattrag.config.models import ExtractiveModel
from wattrag.config.settings import Generation
from wattrag.datafiles.submission import read_submission
from wattrag.errors import InputError
from wattrag.hardware.energy import Energy
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
        supporting_materials='It used "12 kWh", they say. (page 3)' if answer else "",
    ).model_copy(update=changes)


def blank():
    return record(answer=Answer(answer="", value=BLANK, raw_value=BLANK), ref_url=())


def test_an_answer_is_written_with_json_lists_of_citations():
    [row] = submission_rows([record()])
    assert (row.answer, row.answer_value, row.answer_unit) == ("12 kWh", "12", "kWh")
    assert json.loads(row.ref_id) == ["a2024", "b2025"]
    assert json.loads(row.ref_url) == ["https://example.org/a", "https://example.org/b"]
    assert row.supporting_materials == 'It used "12 kWh", they say. (page 3)'


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


def made(input_tokens=None, generate=0.0, reused=0, **noted):
    """An attempt by a model, or, without tokens, by a reader without one."""
    log = AttemptLog(prompt_seconds=0.25, parse_seconds=0.25, generate_seconds=generate, **noted)
    if input_tokens is not None:
        log.usage.calls, log.usage.reused = 1 - reused, reused
        log.usage.input_tokens, log.usage.output_tokens = input_tokens, 10
    return Attempted(Evidence(0, (), {}, (), (), {}), log, 1.0, None)


def test_usage_counts_questions_retries_and_errors_and_knows_what_it_does_not_know():
    answered = [
        Answered(record("q1", attempts=1), (made(),)),
        Answered(record("q2", answer=None, attempts=3), (made(), made(), made())),
    ]
    used = usage(answered, wall_seconds=2.0)
    assert (used["num_questions"], used["error_count"]) == (2, 1)
    assert (used["questions_retried"], used["total_retries"], used["avg_retries"]) == (1, 2, 1)
    assert used["questions_per_hour"] == 3600
    assert [q["latency_seconds"] for q in used["questions"]] == [0.5, 1.5]
    unknown = ("input_tokens", "energy_wh", "avg_generation_seconds", "avg_retrieval_seconds")
    assert [used[name] for name in unknown] == [None] * len(unknown)
    json.dumps(used, allow_nan=False)


def test_latency_is_what_a_question_takes_alone_over_all_stages():
    before = Before(plan=1.0, embed=0.5, search=0.25)
    used = usage([Answered(record(), (made(90, 2.0), made(90, 4.0)))], 100.0, before)
    assert used["avg_latency_seconds"] == 1.75 + 6.0 + 1.0
    assert (used["avg_retrieval_seconds"], used["avg_generation_seconds"]) == (0.75, 6.0)
    assert used["questions_per_hour"] == 36


def test_stored_replies_keep_their_time_but_leave_no_throughput():
    used = usage([Answered(record(), (made(90, 2.0, reused=1),))], 0.1)
    assert used["avg_generation_seconds"] == 2.0
    assert used["questions_per_hour"] is None


def test_energy_is_shared_among_questions_by_tokens_and_marked_so():
    answered = [Answered(record(), (made(90),)), Answered(record("q2"), (made(290),))]
    used = usage(answered, 1.0, energy=Energy(4.0, "nvml", 20.0, 30.0, 2))
    assert [question["energy_wh"] for question in used["questions"]] == [1.0, 3.0]
    assert (used["energy_wh"], used["energy_attribution"]) == (4.0, "by_tokens")


def test_usage_of_nothing_has_no_average():
    used = usage([], wall_seconds=0.0)
    assert (used["avg_latency_seconds"], used["avg_retries"]) == (None, None)


def reading(folder):
    return Reading(
        load_prompt("wattbot", context_first=False), Generation(), CompletionStore(folder)
    )


def test_the_extractive_provider_has_a_reader(tmp_path):
    entry = ExtractiveModel(provider="extractive", name="x")
    assert reader_for("extractive", entry, reading(tmp_path)) is not None


def test_an_embedder_is_refused_as_a_reader(tmp_path):
    embedder = SentenceTransformersEmbedder(
        provider="sentence_transformers", name="x", package="x", dimensions=8
    )
    with pytest.raises(InputError, match=r"model 'mini'.*does not answer questions"):
        reader_for("mini", embedder, reading(tmp_path))

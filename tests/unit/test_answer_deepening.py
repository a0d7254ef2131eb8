"""Deepening: when further attempts are made, what is kept, how failures are recorded."""

import asyncio

import pytest

from wattrag.answering.answer import answer_questions
from wattrag.answering.reader import UnreadableReplyError
from wattrag.answering.records import BLANK, Answer
from wattrag.errors import InputError, RunFailedError
from wattrag.retrieval.records import Attempt, Cited, Retrieved, Snippet

BLANK_ANSWER = Answer(answer="", value=BLANK, raw_value=BLANK)


def records_of(retrieved, reader, max_retries):
    return [one.record for one in answer_questions(retrieved, reader, max_retries)]


def answered(value):
    return Answer(answer=value, value=value, raw_value=value, ref_id=("doc",))


class Scripted:
    """Answers by attempt, as written down; an exception is raised."""

    def __init__(self, *script):
        self.script = script
        self.closed = False

    async def close(self):
        self.closed = True

    async def read(self, question, unit, evidence, usage):
        said = self.script[evidence.attempt]
        if isinstance(said, Exception):
            raise said
        return said


def evidence(attempts=4, **changes):
    snippet = Snippet(node_id="doc:sec0:p0", document_id="doc", text="A sentence.")
    return Retrieved(
        id="q1",
        question="How much?",
        queries=("How much?",),
        attempts=tuple(
            Attempt(attempt=n, top_k=8, top_k_final=10, hits=(), context=("doc:sec0:p0",))
            for n in range(attempts)
        ),
        snippets={"doc:sec0:p0": snippet},
        hit_texts={},
        documents={"doc": Cited(title="A document", url="https://example.org/doc")},
    ).model_copy(update=changes)


def test_an_answer_at_once_makes_one_attempt():
    [record] = records_of([evidence()], Scripted(answered("1")), max_retries=3)
    assert (record.status, record.attempts, record.answer.value) == ("ok", 1, "1")


def test_blank_answers_are_retried_deeper_until_one_is_not_blank():
    reader = Scripted(BLANK_ANSWER, BLANK_ANSWER, answered("3"))
    [record] = records_of([evidence()], reader, max_retries=3)
    assert (record.attempts, record.answer.value) == (3, "3")


def test_max_retries_bounds_the_attempts():
    reader = Scripted(BLANK_ANSWER, BLANK_ANSWER, answered("3"))
    [record] = records_of([evidence()], reader, max_retries=1)
    assert (record.attempts, record.answer.is_blank) == (2, True)


def test_no_retries_means_one_attempt():
    [record] = records_of([evidence()], Scripted(BLANK_ANSWER), max_retries=0)
    assert (record.attempts, record.answer.is_blank) == (1, True)


def test_retrieval_that_prepared_fewer_attempts_bounds_them_too():
    reader = Scripted(BLANK_ANSWER, BLANK_ANSWER)
    [record] = records_of([evidence(attempts=2)], reader, max_retries=3)
    assert (record.status, record.attempts) == ("ok", 2)


def test_of_several_blank_answers_the_first_is_kept():
    first = BLANK_ANSWER.model_copy(update={"explanation": "nothing found"})
    [record] = records_of([evidence()], Scripted(first, BLANK_ANSWER), max_retries=1)
    assert record.answer.explanation == "nothing found"


def test_a_reader_that_raises_makes_an_error_record_never_a_blank_one():
    [record] = records_of([evidence()], Scripted(ValueError("no reply")), max_retries=3)
    assert (record.status, record.answer, record.error) == ("error", None, "ValueError: no reply")


def test_an_error_after_a_blank_attempt_is_an_error():
    reader = Scripted(BLANK_ANSWER, RuntimeError("lost"))
    [record] = records_of([evidence()], reader, max_retries=3)
    assert (record.status, record.answer, record.attempts) == ("error", None, 2)


def test_an_error_leaves_the_other_questions_alone():
    class Failing(Scripted):
        async def read(self, question, unit, evidence, usage):
            if question == "bad":
                raise ValueError
            return answered("1")

    questions = [evidence(question="good"), evidence(id="q2", question="bad"), evidence(id="q3")]
    records = records_of(questions, Failing(), max_retries=0)
    assert [record.status for record in records] == ["ok", "error", "ok"]


def test_evidence_without_attempts_is_an_error():
    [record] = records_of([evidence(attempts=0)], Scripted(), max_retries=3)
    assert (record.status, record.attempts) == ("error", 0)


def test_urls_stand_in_step_with_the_cited_documents():
    two = Answer(answer="1", value="1", raw_value="1", ref_id=("unknown", "doc"))
    [record] = records_of([evidence()], Scripted(two), max_retries=0)
    assert record.ref_url == ("", "https://example.org/doc")


def test_a_record_is_told_of_as_soon_as_it_is_there():
    order = []

    class Slow(Scripted):
        async def read(self, question, unit, evidence, usage):
            await asyncio.sleep(0.2 if question == "slow" else 0)
            return answered("1")

    questions = [evidence(question="slow"), evidence(id="q2", question="quick")]
    found = answer_questions(questions, Slow(), 0, lambda one: order.append(one.record.id))
    assert order == ["q2", "q1"]
    assert [one.record.id for one in found] == ["q1", "q2"]


def test_what_is_wrong_for_every_question_ends_the_job_and_closes_the_reader():
    reader = Scripted(InputError("model 'm'", "needs a key"))
    with pytest.raises(InputError, match="needs a key"):
        answer_questions([evidence(), evidence(id="q2")], reader, 0)
    assert reader.closed


def test_every_attempt_is_timed():
    reader = Scripted(BLANK_ANSWER, answered("1"))
    [one] = answer_questions([evidence()], reader, max_retries=3)
    assert len(one.attempts) == one.record.attempts == 2
    assert all(made.seconds > 0 for made in one.attempts)
    assert reader.closed


def uncited(value):
    return Answer(answer=value, value=value, raw_value=value, ref_id=("elsewhere",))


def test_an_answer_that_cites_nothing_shown_is_kept_only_if_nothing_better_comes():
    script = (BLANK_ANSWER, uncited("2"), answered("3"), answered("4"))
    [record] = records_of([evidence()], Scripted(*script), max_retries=3)
    assert (record.attempts, record.answer.value) == (3, "3")
    [record] = records_of([evidence()], Scripted(*script), max_retries=1)
    assert (record.attempts, record.answer.value) == (2, "2")
    assert record.checks.unshown_ref_id == ("elsewhere",)


def test_every_attempt_is_recorded_with_its_cuts():
    [record] = records_of([evidence()], Scripted(BLANK_ANSWER, answered("1")), max_retries=3)
    assert [(t.attempt, t.top_k, t.num_snippets, t.value) for t in record.tried] == [
        (0, 8, 1, BLANK),
        (1, 8, 1, "1"),
    ]


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (RunFailedError("down"), "call_failed"),
        (UnreadableReplyError("prose"), "unreadable"),
        (KeyError("x"), "not_read"),
    ],
)
def test_an_error_record_says_what_kind_of_failure_it_was(error, kind):
    [record] = records_of([evidence()], Scripted(error), max_retries=3)
    assert (record.status, record.error_kind, record.tried[0].value) == ("error", kind, None)

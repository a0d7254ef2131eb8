"""Deepening: when further attempts are made, what is kept, how failures are recorded."""

from wattrag.answering.answer import answer_each, answer_questions
from wattrag.answering.records import BLANK, Answer
from wattrag.retrieval.records import Attempt, Cited, Retrieved, Snippet

BLANK_ANSWER = Answer(answer="", value=BLANK, raw_value=BLANK)


def answered(value):
    return Answer(answer=value, value=value, raw_value=value, ref_id=("doc",))


class Scripted:
    """Answers by attempt, as written down; an exception is raised."""

    def __init__(self, *script):
        self.script = script

    def read(self, question, unit, evidence):
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
    [record] = answer_questions([evidence()], Scripted(answered("1")), max_retries=3)
    assert (record.status, record.attempts, record.answer.value) == ("ok", 1, "1")


def test_blank_answers_are_retried_deeper_until_one_is_not_blank():
    reader = Scripted(BLANK_ANSWER, BLANK_ANSWER, answered("3"))
    [record] = answer_questions([evidence()], reader, max_retries=3)
    assert (record.attempts, record.answer.value) == (3, "3")


def test_max_retries_bounds_the_attempts():
    reader = Scripted(BLANK_ANSWER, BLANK_ANSWER, answered("3"))
    [record] = answer_questions([evidence()], reader, max_retries=1)
    assert (record.attempts, record.answer.is_blank) == (2, True)


def test_no_retries_means_one_attempt():
    [record] = answer_questions([evidence()], Scripted(BLANK_ANSWER), max_retries=0)
    assert (record.attempts, record.answer.is_blank) == (1, True)


def test_retrieval_that_prepared_fewer_attempts_bounds_them_too():
    reader = Scripted(BLANK_ANSWER, BLANK_ANSWER)
    [record] = answer_questions([evidence(attempts=2)], reader, max_retries=3)
    assert (record.status, record.attempts) == ("ok", 2)


def test_of_several_blank_answers_the_first_is_kept():
    first = BLANK_ANSWER.model_copy(update={"explanation": "nothing found"})
    [record] = answer_questions([evidence()], Scripted(first, BLANK_ANSWER), max_retries=1)
    assert record.answer.explanation == "nothing found"


def test_a_reader_that_raises_makes_an_error_record_never_a_blank_one():
    [record] = answer_questions([evidence()], Scripted(ValueError("no reply")), max_retries=3)
    assert (record.status, record.answer, record.error) == ("error", None, "ValueError: no reply")


def test_an_error_after_a_blank_attempt_is_an_error():
    reader = Scripted(BLANK_ANSWER, RuntimeError("lost"))
    [record] = answer_questions([evidence()], reader, max_retries=3)
    assert (record.status, record.answer, record.attempts) == ("error", None, 2)


def test_an_error_leaves_the_other_questions_alone():
    class Failing:
        def read(self, question, unit, evidence):
            if question == "bad":
                raise ValueError
            return answered("1")

    questions = [evidence(question="good"), evidence(id="q2", question="bad"), evidence(id="q3")]
    records = answer_questions(questions, Failing(), max_retries=0)
    assert [record.status for record in records] == ["ok", "error", "ok"]


def test_evidence_without_attempts_is_an_error():
    [record] = answer_questions([evidence(attempts=0)], Scripted(), max_retries=3)
    assert (record.status, record.attempts) == ("error", 0)


def test_urls_stand_in_step_with_the_cited_documents():
    two = Answer(answer="1", value="1", raw_value="1", ref_id=("unknown", "doc"))
    [record] = answer_questions([evidence()], Scripted(two), max_retries=0)
    assert record.ref_url == ("", "https://example.org/doc")


def test_records_come_one_by_one():
    read = []

    class Counting:
        def read(self, question, unit, evidence):
            read.append(question)
            return answered("1")

    answers = answer_each([evidence(), evidence(id="q2")], Counting(), max_retries=0)
    next(answers)
    assert len(read) == 1


def test_every_attempt_is_timed():
    [one] = answer_each([evidence()], Scripted(BLANK_ANSWER, answered("1")), max_retries=3)
    assert len(one.read_seconds) == one.record.attempts == 2

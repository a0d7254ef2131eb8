"""The calls of each job that are still to be made: their number, and their prompts' tokens."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from wattrag.answering.chat.prompt import prompt_of
from wattrag.answering.chat.reader import Asking, ChatReader
from wattrag.config.chat import ChatEntry
from wattrag.datafiles.questions import Question
from wattrag.llm.providers.registry import chat_model
from wattrag.llm.stored import StoredChat
from wattrag.llm.tokens import estimated_tokens
from wattrag.retrieval.records import Retrieved
from wattrag.store.asked import ModelKey
from wattrag.study.estimate.evidence import CHARS_PER_TOKEN
from wattrag.study.estimate.replay import ReadOnlyStore, Unasked, replay_answers, replay_plan
from wattrag.study.jobs import Experiment
from wattrag.study.load import Study
from wattrag.study.planners import Planner


@dataclass(frozen=True)
class Calls:
    """What a job still asks; each call by its input tokens, as estimated."""

    questions: int
    with_evidence: int | None
    stored: int | None
    low: Sequence[int] = ()
    high: Sequence[int] = ()


def model_key(study: Study, entry: ChatEntry, precision: str) -> ModelKey:
    """What determines the replies of a model; nothing is loaded for it."""
    return chat_model(entry, precision, 0, Path(study.settings.store)).key


def plan_calls(study: Study, datafile: str, planner: Planner, store: ReadOnlyStore) -> Calls:
    """The calls that write a datafile's plans; equal questions are one call."""
    key = model_key(study, study.planning_model(planner.model), planner.precision)
    longest = study.settings.generation.max_new_tokens
    questions = study.question_files[datafile].questions
    new: dict[bytes, int] = {}
    stored = 0
    for question in questions:
        replay = replay_plan(question, key, store, planner.planner_max_queries, longest)
        new |= replay.certain
        stored += not replay.certain
    return Calls(len(questions), None, stored, [*new.values()], [*new.values()])


def answer_calls(
    study: Study,
    experiment: Experiment,
    evidence: Mapping[str, Retrieved],
    store: ReadOnlyStore,
    seen: set[bytes],
) -> Calls:
    """The calls that answer an experiment's questions.

    Args:
        study: the study.
        experiment: one of its experiments.
        evidence: what is found already, by question id.
        store: replies.
        seen: keys of calls that earlier experiments make for certain; this one's are added.

    Raises:
        InputError: the model's window is too small for its prompt, as in the run.
    """
    questions = study.question_files[experiment.datafile].questions
    entry = study.model(experiment.model)
    known = [evidence[question.id] for question in questions if question.id in evidence]
    if not isinstance(entry, ChatEntry):
        return Calls(len(questions), len(known), None)
    pipeline = study.settings.pipelines[experiment.pipeline]
    key = model_key(study, entry, experiment.precision)
    asking = _asking(study, experiment, entry)
    certain: dict[bytes, int] = {}
    possible: dict[bytes, int] = {}
    stored = 0

    def reader(model: Unasked) -> ChatReader:
        return ChatReader(StoredChat(model, store), asking)

    for question in known:
        replay = replay_answers(question, key, reader, pipeline.max_retries)
        certain |= replay.certain
        possible |= replay.possible
        stored += not replay.certain
    guessed = [
        _guessed_tokens(study, experiment, asking, question)
        for question in questions
        if question.id not in evidence
    ]
    low = [tokens for name, tokens in certain.items() if name not in seen]
    seen.update(certain)
    return Calls(
        len(questions),
        len(known),
        stored if known else None,
        [*low, *guessed],
        [*possible.values(), *guessed * (pipeline.max_retries + 1)],
    )


def _asking(study: Study, experiment: Experiment, entry: ChatEntry) -> Asking:
    generation = study.settings.generation
    return Asking(
        prompt_of(study.settings.pipelines[experiment.pipeline]),
        generation.max_new_tokens,
        generation.temperature,
        experiment.run,
        entry.context_tokens,
    )


def _guessed_tokens(
    study: Study, experiment: Experiment, asking: Asking, question: Question
) -> int:
    """Tokens of a prompt whose evidence is not found yet: as much as may be shown, or fits."""
    retriever = study.settings.pipelines[experiment.pipeline].retriever
    longest = study.settings.retrievers[retriever].expansion.max_chars
    bare = asking.prompt.messages(question.question, question.answer_unit, ())
    tokens = sum(estimated_tokens(message["content"]) for message in bare)
    tokens += longest // CHARS_PER_TOKEN
    if asking.context_tokens is None:
        return tokens
    return min(tokens, max(asking.context_tokens - asking.max_new_tokens, 0))

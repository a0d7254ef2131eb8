"""A run replayed from the store: the real reader and planner, over a model that is never called.

What is stored is read as the run will read it, so that deepening and repairs are followed to the
first reply that is missing; no prompt is rendered in a second place.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from wattrag.answering.answer import answer_questions
from wattrag.answering.attempts import CITED, attempt
from wattrag.answering.reader import Reader
from wattrag.datafiles.questions import Question
from wattrag.errors import RunFailedError
from wattrag.llm.running import run_to_end
from wattrag.llm.stored import StoredChat
from wattrag.llm.tokens import estimated_tokens
from wattrag.retrieval.planning.plan import plan
from wattrag.retrieval.records import Retrieved
from wattrag.store.asked import Asked, ModelKey, Request
from wattrag.store.completions import Completion, CompletionStore


class NotStoredError(RunFailedError):
    """The run would make a call here."""


class Unasked:
    """A chat model that replies to nothing and notes what it would have been asked."""

    def __init__(self, key: ModelKey) -> None:
        self._key = key
        self.requests: dict[bytes, Request] = {}
        self.asked = 0

    @property
    def key(self) -> ModelKey:
        """Everything about the real model that determines a reply."""
        return self._key

    async def complete(self, request: Request) -> Completion:
        """Note the request.

        Raises:
            NotStoredError: always.
        """
        self.requests[Asked(self._key, request).key] = request
        self.asked += 1
        raise NotStoredError("the reply is not stored")

    async def close(self) -> None:
        """Nothing is open."""


class ReadOnlyStore(CompletionStore):
    """The stored replies, read only; those that a replay meets are noted, by model."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.met: dict[str, dict[bytes, tuple[int, Completion]]] = {}

    def get(self, asked: Asked) -> Completion | None:
        """The stored reply, noted with its request's tokens as estimated, or None."""
        reply = super().get(asked)
        if reply is not None:
            met = self.met.setdefault(asked.model.digest, {})
            met[asked.key] = (request_tokens(asked.request), reply)
        return reply

    def add(self, asked: Asked, completion: Completion) -> None:
        """Refused."""
        raise NotImplementedError


@dataclass(frozen=True)
class Replay:
    """What is still to be asked, by the requests' keys: input tokens, as estimated."""

    certain: dict[bytes, int]
    """Calls that the run makes whatever is replied; none: all is stored."""
    possible: dict[bytes, int]
    """Calls that it makes if no attempt gives an answer, the certain ones included."""


def replay_answers(
    question: Retrieved, key: ModelKey, reader: Callable[[Unasked], Reader], max_retries: int
) -> Replay:
    """Replay a question's attempts.

    Args:
        question: with its evidence.
        key: of the model that answers.
        reader: puts questions to a model, behind the store.
        max_retries: attempts after the first.

    Raises:
        InputError: the model's window is too small, as in the run.
    """
    model = Unasked(key)
    [answered] = answer_questions([question], reader(model), max_retries)
    certain = _tokens(model)
    if not certain:
        return Replay({}, {})
    last = min(max_retries + 1, len(question.attempts))
    deeper = range(len(answered.attempts), last)
    run_to_end(_deepen(question, deeper, model, reader(model)))
    return Replay(certain, _tokens(model))


def replay_plan(
    question: Question, key: ModelKey, store: CompletionStore, max_queries: int, max_new_tokens: int
) -> Replay:
    """Replay the plan of a question; see `wattrag.retrieval.planning.plan`."""
    model = Unasked(key)
    with suppress(RunFailedError):
        plan([question], StoredChat(model, store), max_queries, max_new_tokens)
    return Replay(_tokens(model), _tokens(model))


async def _deepen(question: Retrieved, numbers: range, model: Unasked, reader: Reader) -> None:
    """Make further attempts as if those before had found nothing."""
    for number in numbers:
        before = model.asked
        made = await attempt(question, number, reader)
        if model.asked == before and (made.error is not None or made.rank == CITED):
            return


def _tokens(model: Unasked) -> dict[bytes, int]:
    return {key: request_tokens(request) for key, request in model.requests.items()}


def request_tokens(request: Request) -> int:
    """Tokens of a request's messages, as estimated."""
    return sum(estimated_tokens(message["content"]) for message in request.messages)

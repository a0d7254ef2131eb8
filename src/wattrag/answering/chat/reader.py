"""The reader that asks a chat model: fit, ask, read; ask again for what cannot be read."""

from dataclasses import dataclass, replace
from time import perf_counter

from wattrag.answering.chat.fitting import TEMPLATE_TOKENS, fitted, tokens_of
from wattrag.answering.chat.illustrating import illustrated
from wattrag.answering.chat.prompt import Prompt, shown
from wattrag.answering.chat.reply import SCHEMA, read_answer
from wattrag.answering.reader import AttemptLog, Evidence, UnreadableReplyError
from wattrag.answering.records import Answer
from wattrag.corpus.images import CorpusImages
from wattrag.errors import ContextOverflowError, InputError
from wattrag.files import digest
from wattrag.hardware.energy import Energy
from wattrag.llm.stored import StoredChat
from wattrag.llm.tokens import estimated_tokens
from wattrag.store.asked import Message, Request
from wattrag.store.completions import Completion

REPAIR_TURNS = 2
"""How often a model is told that its reply cannot be read, and asked for it again."""
SHOWN_REPLY = 1500
"""Characters of an unreadable reply that it is shown again."""
LESS = 0.75
"""Share of the evidence that is kept after the model has said that it is too much."""


@dataclass(frozen=True)
class Asking:
    """How a question is put."""

    prompt: Prompt
    max_new_tokens: int
    temperature: float
    run: int
    context_tokens: int | None = None
    """The model's window for prompt and reply; None where it is not declared."""
    images: CorpusImages | None = None
    """Of the figures; None where none are sent."""


class ChatReader:
    """Puts each question to a model behind its store."""

    def __init__(self, chat: StoredChat, asking: Asking) -> None:
        self._chat, self._asking = chat, asking

    async def read(self, question: str, unit: str, evidence: Evidence, log: AttemptLog) -> Answer:
        """See `Reader.read`.

        Raises:
            InputError: the model's window is too small for the prompt and a piece of evidence.
            ContextOverflowError: the model says so, whatever it is shown.
        """
        if self._asking.images is not None:
            evidence = illustrated(evidence, self._asking.images)
        room = self._room(question, unit)
        while True:
            request = self._put(question, unit, evidence, room, log)
            try:
                return await self._ask(request, question, unit, log)
            except ContextOverflowError:
                room = int(tokens_of(log.shown or (), log.num_images, shown) * LESS)
                if not log.shown or fitted(evidence, room, shown) is None:
                    raise

    def energy(self) -> Energy:
        """What generating took so far."""
        return self._chat.energy()

    async def close(self) -> None:
        """Close the model."""
        await self._chat.close()

    def _room(self, question: str, unit: str) -> int | None:
        """Tokens that the window leaves for evidence."""
        asking = self._asking
        if asking.context_tokens is None:
            return None
        bare = asking.prompt.messages(question, unit, ())
        prompt = sum(estimated_tokens(message["content"]) for message in bare)
        return asking.context_tokens - asking.max_new_tokens - prompt - TEMPLATE_TOKENS

    def _put(
        self, question: str, unit: str, evidence: Evidence, room: int | None, log: AttemptLog
    ) -> Request:
        """What puts a question with as much evidence as there is room for."""
        started, asking = perf_counter(), self._asking
        fitting = fitted(evidence, room, shown)
        if fitting is None:
            raise InputError(
                "answer",
                f"a window of {asking.context_tokens} tokens has no room for the prompt, a reply "
                f"of {asking.max_new_tokens} tokens and a piece of evidence",
                "lower generation.max_new_tokens, or correct context_tokens in models.yaml",
            )
        images = fitting.images
        messages = asking.prompt.messages(question, unit, fitting.context, fitting.media, images)
        by_hash = {digest(data): data for data in images.values()}
        request = Request(
            messages, asking.max_new_tokens, asking.temperature, asking.run, SCHEMA, by_hash
        )
        log.shown, log.num_images, log.messages = fitting.shown, len(images), messages
        log.prompt_seconds += perf_counter() - started
        return request

    async def _ask(self, request: Request, question: str, unit: str, log: AttemptLog) -> Answer:
        turns = 0
        while True:
            reply = await self._chat.complete(request, log.usage)
            log.replies.append(reply.text)
            log.messages = request.messages
            log.generate_seconds += reply.seconds
            started = perf_counter()
            try:
                answer, repaired = read_answer(reply, question, unit)
            except UnreadableReplyError as error:
                if turns == REPAIR_TURNS:
                    raise
                turns += 1
                request = replace(request, messages=[*request.messages, *_again(reply, error)])
            else:
                log.usage.repaired += repaired
                return answer
            finally:
                log.parse_seconds += perf_counter() - started


def _again(reply: Completion, error: UnreadableReplyError) -> list[Message]:
    """The turn that asks for a reply once more; servers refuse an empty one as said before."""
    said = reply.text.strip()[:SHOWN_REPLY] or "(nothing)"
    problem = f"Your reply cannot be used: {error}. Reply again with the JSON object alone."
    return [{"role": "assistant", "content": said}, {"role": "user", "content": problem}]

"""The reader that asks a chat model."""

from dataclasses import dataclass

from wattrag.answering.chat.prompt import Prompt
from wattrag.answering.chat.reply import SCHEMA, Reply, answer_of
from wattrag.answering.reader import Evidence
from wattrag.answering.records import Answer
from wattrag.errors import RunFailedError
from wattrag.llm.stored import StoredChat
from wattrag.llm.structured import read_form
from wattrag.llm.usage import Usage
from wattrag.store.asked import Request

CUT_OFF = "length"


class UnreadableReplyError(RunFailedError):
    """The model replied, but not in a form that holds an answer."""


@dataclass(frozen=True)
class Asking:
    """How a question is put."""

    prompt: Prompt
    max_new_tokens: int
    temperature: float
    run: int


class ChatReader:
    """Puts each question to a model behind its store."""

    def __init__(self, chat: StoredChat, asking: Asking) -> None:
        self._chat, self._asking = chat, asking

    async def read(self, question: str, unit: str, evidence: Evidence, usage: Usage) -> Answer:
        """See `Reader.read`.

        Raises:
            UnreadableReplyError: the reply holds no answer.
        """
        asking = self._asking
        request = Request(
            asking.prompt.messages(question, unit, evidence),
            asking.max_new_tokens,
            asking.temperature,
            asking.run,
            SCHEMA,
        )
        reply = await self._chat.complete(request, usage)
        read = read_form(Reply, reply.text)
        if read is None:
            cut = "; it was cut off, raise max_new_tokens" if reply.finish_reason == CUT_OFF else ""
            ended = f" (ended: {reply.finish_reason})" if reply.finish_reason else ""
            raise UnreadableReplyError(f"the reply holds no answer{ended}{cut}")
        usage.repaired += read.repaired
        return answer_of(read.value)

    async def close(self) -> None:
        """Close the model."""
        await self._chat.close()

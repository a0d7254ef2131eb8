"""Reading what a Chat Completions server sends: a reply, or which kind of failure it is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pydantic import BaseModel, Field, ValidationError

from wattrag.errors import ContextOverflowError, InputError, RunFailedError, WattragError
from wattrag.llm.openai_protocol.access import Access
from wattrag.llm.retrying import PassingError
from wattrag.llm.waits import hinted_wait
from wattrag.store.completions import Completion

REFUSED = "refusal"
"""`finish_reason` of a reply that says that the model will not answer."""

_WRONG_FOR_ALL = {
    401: "check the key in {key}",
    402: "see what the account is owed",
    403: "check what the key may use",
    404: "check `model_id` and the address",
}
"""Statuses that every further question would meet too, with their cures."""
_PASSING = {408, 409, 425, 429}
_TOO_MANY = 429
_SHOWN_BYTES = 2000
_UNFIT = {400, 422}
_SERVER_ERROR = 500
_OVERFLOW = (
    "context_length_exceeded",
    "maximum context length",
    "context window",
    "available context size",
    "prompt is too long",
    "requested tokens",
    "input is too long",
)
_UNABLE = ("response_format", "json_schema", "guided", "grammar")
_NO_CREDIT = ("insufficient_quota", "billing_hard_limit", "credit balance")
_NEVER_FITS = ("request too large",)


class _Message(BaseModel):
    content: str | None = None
    refusal: str | None = None


class _Choice(BaseModel):
    message: _Message
    finish_reason: str | None = None


class _Cached(BaseModel):
    cached_tokens: int | None = None


class _Usage(BaseModel):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    prompt_tokens_details: _Cached | None = None
    cost: float | None = None


class _Failure(BaseModel):
    message: str = ""
    code: str | int | None = None


class _Reply(BaseModel):
    """What is read of a reply; other servers leave out or add fields beside these."""

    choices: list[_Choice] = Field(min_length=1)
    usage: _Usage | None = None


class _Refusal(BaseModel):
    error: _Failure | str


def completion_of(where: str, access: Access, body: bytes, seconds: float) -> Completion:
    """The completion in the body of a successful reply.

    Raises:
        PassingError: it holds none: half a reply, no choices, or an error in a reply's place.
    """
    try:
        reply = _Reply.model_validate_json(body)
    except ValidationError as error:
        raise _no_completion(where, access, body) from error
    first, usage = reply.choices[0], reply.usage or _Usage()
    refusal = first.message.refusal
    return Completion(
        text=access.hidden(refusal or first.message.content or ""),
        finish_reason=REFUSED if refusal else first.finish_reason,
        input_tokens=usage.prompt_tokens,
        output_tokens=usage.completion_tokens,
        cached_tokens=usage.prompt_tokens_details and usage.prompt_tokens_details.cached_tokens,
        seconds=seconds,
        cost_usd=usage.cost,
    )


@dataclass(frozen=True)
class Refused:
    """A reply with a status other than success."""

    status: int
    words: str
    """Its message, with the server's code where there is one."""
    headers: Mapping[str, str]

    @classmethod
    def of(cls, status: int, headers: Mapping[str, str], body: bytes) -> "Refused":
        """A reply whose body holds an error in OpenAI's form, or any text."""
        try:
            found = _Refusal.model_validate_json(body).error
        except ValidationError:
            return cls(status, body[:_SHOWN_BYTES].decode(errors="replace"), headers)
        if isinstance(found, str):
            return cls(status, found, headers)
        code = f" {found.code}" if found.code and str(found.code) not in found.message else ""
        return cls(status, f"{found.message}{code}", headers)

    def says(self, marks: Iterable[str]) -> bool:
        """Whether the message holds one of these, in whatever case."""
        folded = self.words.lower()
        return any(mark in folded for mark in marks)


def failure_of(where: str, access: Access, refused: Refused) -> WattragError:
    """What a status other than success means: for all questions, for this one, or for now.

    Args:
        where: the model, for messages.
        access: whose key must not be shown.
        refused: what the server sent.
    """
    status, shown = refused.status, access.shown(refused.words)
    failed = f"{where}: the call failed ({status}: {shown})"
    wrong = _wrong_for_all(where, access, refused)
    if wrong is not None:
        return wrong
    if status == _TOO_MANY and refused.says(_NEVER_FITS):
        return RunFailedError(f"{where}: the call is over the account's limits ({shown})")
    if status in _PASSING or status >= _SERVER_ERROR:
        wait = hinted_wait(refused.words, refused.headers)
        return PassingError(failed, limited=status == _TOO_MANY, wait=wait)
    if refused.says(_OVERFLOW):
        return ContextOverflowError(f"{where}: the text is too long ({shown})")
    return RunFailedError(failed)


def _wrong_for_all(where: str, access: Access, refused: Refused) -> InputError | None:
    """What every further question would meet too."""
    status, shown = refused.status, access.shown(refused.words)
    if refused.says(_NO_CREDIT):
        return InputError(where, f"the account has no credit ({shown})", "add some")
    if status in _WRONG_FOR_ALL:
        cure = _WRONG_FOR_ALL[status].format(key=access.variable)
        return InputError(where, f"the server refuses ({status}: {shown})", cure)
    if status in _UNFIT and refused.says(_UNABLE):
        cure = "set `structured_output` in models.yaml to json or none"
        return InputError(where, f"the server takes no such form of replies ({shown})", cure)
    return None


def _no_completion(where: str, access: Access, body: bytes) -> PassingError:
    try:
        failure = _Refusal.model_validate_json(body).error
    except ValidationError:
        return PassingError(f"{where}: the server sent no chat completion")
    words = failure if isinstance(failure, str) else failure.message
    return PassingError(f"{where}: the server failed ({access.shown(words)})")

"""Reading what Bedrock sends: a reply of Converse, or which kind of failure it is."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import AliasPath, BaseModel, Field

from wattrag.errors import ContextOverflowError, InputError, RunFailedError, WattragError
from wattrag.llm.limits import CallLimits
from wattrag.llm.retrying import PassingError
from wattrag.llm.waits import hinted_wait
from wattrag.store.completions import Completion

BEARER = "AWS_BEARER_TOKEN_BEDROCK"
SECRETS = (BEARER, "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_ACCESS_KEY_ID")
CREDENTIALS = f"check the AWS credentials: environment, profile, {BEARER}"

_HIDDEN, _SHOWN = "***", 300
_SECRET = 12
"""A shorter value is no secret but a stand-in, which may be a word of a reply."""
_MODEL = "check `model_id` and `region` in models.yaml"
_REQUEST = "check the entry in models.yaml: `request`, `sends_temperature`, `structured_output`"
_OVERFLOW = "less evidence"
_FINISHED = {
    "end_turn": "stop", "stop_sequence": "stop",
    "max_tokens": "length", "model_context_window_exceeded": "length",
    "guardrail_intervened": "content_filter", "content_filtered": "content_filter",
}  # fmt: skip
"""Converse's words for what the program asks after; others stay as they are."""
_WRONG_FOR_ALL = {
    "AccessDeniedException": "check the account's access to the model and the key's permissions",
    "ExpiredTokenException": CREDENTIALS, "IncompleteSignatureException": CREDENTIALS,
    "MissingAuthenticationTokenException": CREDENTIALS, 401: CREDENTIALS, 403: CREDENTIALS,
    "ResourceNotFoundException": _MODEL, 404: _MODEL,
}  # fmt: skip
"""Codes and statuses that every further question would meet too, with their cures."""
_INVALID = {
    "maximum tokens you requested": "lower `max_new_tokens`",
    "maximum allowed number of output tokens": "lower `max_new_tokens`",
    "model identifier": _MODEL,
    "inference profile": "give the id of an inference profile as `model_id`",
    "not allowed": "check the account's access to the model",
    "too long": _OVERFLOW, "exceed": _OVERFLOW, "maxlength": _OVERFLOW,
    "too many input tokens": _OVERFLOW, "maximum context length": _OVERFLOW,
    "malformed input": _REQUEST, "support": _REQUEST, "deprecated": _REQUEST,
    "permitted": _REQUEST, "outputconfig": _REQUEST, "schema": _REQUEST,
}  # fmt: skip
"""What the message of a `ValidationException` says, and its cure; the first that fits counts."""
_THROTTLED, _NOT_READY = "ThrottlingException", "ModelNotReadyException"
_TOO_MANY, _SERVER_ERROR = 429, 500
_PASSING = {_THROTTLED, 408, 424, _TOO_MANY}
_LATE = "signature expired"
"""botocore signs a call, then may hold it back for minutes: the next try has a new signature."""


class _Block(BaseModel):
    """A part of a reply; those without text are thoughts or calls of tools."""

    text: str = ""


class _Reply(BaseModel):
    content: list[_Block] = Field(validation_alias=AliasPath("output", "message", "content"))
    stop_reason: str | None = Field(None, validation_alias="stopReason")
    taken: int | None = Field(None, validation_alias=AliasPath("usage", "inputTokens"))
    given: int | None = Field(None, validation_alias=AliasPath("usage", "outputTokens"))
    cached: int | None = Field(None, validation_alias=AliasPath("usage", "cacheReadInputTokens"))
    kept: int | None = Field(None, validation_alias=AliasPath("usage", "cacheWriteInputTokens"))


@dataclass(frozen=True)
class Keys:
    """Keys to AWS, which a server may repeat, in an error or in a reply."""

    values: tuple[str, ...] = field(repr=False)

    @classmethod
    def in_use(cls, credentials: Any) -> "Keys":
        """The environment's and those of `credentials`, which may just have been renewed."""
        found = [os.environ.get(name) for name in SECRETS]
        if credentials is not None:
            found += credentials.get_frozen_credentials()[:3]
        values = [(value or "").strip() for value in found]
        return cls(tuple(sorted((v for v in values if len(v) >= _SECRET), key=len, reverse=True)))

    def hidden(self, text: str) -> str:
        """`text` without keys."""
        for value in self.values:
            text = text.replace(value, _HIDDEN)
        return text

    def shown(self, text: str) -> str:
        """A server's words for a message: short, and without keys."""
        return self.hidden(text)[:_SHOWN]


def completion_of(where: str, keys: Keys, sent: Mapping[str, Any], seconds: float) -> Completion:
    """The completion in a reply.

    Raises:
        ValidationError: it holds none.
        RunFailedError: it is too long.
    """
    reply = _Reply.model_validate(sent)
    text = "".join(block.text for block in reply.content)
    if len(text) > CallLimits.bytes:
        raise RunFailedError(f"{where}: the reply is over the limit of {CallLimits.bytes:,}")
    apart = (reply.cached or 0) + (reply.kept or 0)  # AWS counts them beside the rest
    return Completion(
        text=keys.hidden(text),
        finish_reason=_FINISHED.get(reply.stop_reason or "", reply.stop_reason),
        input_tokens=None if reply.taken is None else reply.taken + apart,
        output_tokens=reply.given,
        cached_tokens=reply.cached,
        seconds=seconds,
    )


def failure_of(where: str, keys: Keys, error: Exception) -> WattragError:
    """What an error of a call means: for all questions, for this one, or for now."""
    from botocore import exceptions as aws

    if isinstance(error, aws.ClientError):
        return _refused(where, keys, error.response)
    if not isinstance(error, aws.BotoCoreError):
        return PassingError(f"{where}: the server sent no Converse reply")
    shown = keys.shown(str(error)).rstrip(".")
    if isinstance(error, aws.HTTPClientError | aws.ConnectionError):
        return PassingError(f"{where}: {shown}")
    if isinstance(error, aws.ParamValidationError):
        cure = f"{_REQUEST}; or update boto3"
        return InputError(where, f"boto3 refuses the request ({shown})", cure)
    return InputError(where, shown, CREDENTIALS)


def _refused(where: str, keys: Keys, response: Mapping[str, Any]) -> WattragError:
    told, metadata = response.get("Error", {}), response.get("ResponseMetadata", {})
    code, words = str(told.get("Code", "Unknown")), str(told.get("Message", ""))
    status, folded = metadata.get("HTTPStatusCode", 0), words.lower()
    shown = keys.shown(f"{code}: {words}")
    failed = f"{where}: the call failed ({shown})"
    if _LATE in folded:
        return PassingError(failed)
    cure = _WRONG_FOR_ALL.get(code) or _WRONG_FOR_ALL.get(status)
    if cure is None and code == "ValidationException":
        cure = next((cure for mark, cure in _INVALID.items() if mark in folded), None)
    if cure == _OVERFLOW:
        return ContextOverflowError(f"{where}: the text is too long ({shown})")
    if cure is not None:
        return InputError(where, f"the server refuses ({shown})", cure)
    if code in _PASSING or status in _PASSING or status >= _SERVER_ERROR:
        limited = code == _THROTTLED or (status == _TOO_MANY and code != _NOT_READY)
        wait = hinted_wait(words, metadata.get("HTTPHeaders", {}))
        failed += "; lower `max_concurrent`" if limited else ""
        return PassingError(failed, limited=limited, wait=wait)
    return RunFailedError(failed)

"""Calls of a server's Batch API, and what is read of its replies."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, Field, ValidationError

from wattrag.errors import InputError, RunFailedError
from wattrag.llm.limits import CallLimits
from wattrag.llm.openai_protocol.access import Access
from wattrag.llm.openai_protocol.client import openai_client
from wattrag.llm.openai_protocol.replies import Refused, failure_of
from wattrag.llm.retrying import PassingError, Patience, Slots, persistently

ENDPOINT: Literal["/v1/chat/completions"] = "/v1/chat/completions"
LABEL = "wattrag"
"""Metadata of a batch, under which its name is found."""
FILE_BYTES = 1024**3
"""Of a file of replies, at most; of that size if each of 50,000 is 20 KB."""
CALL_SECONDS = 3600.0
"""For one call in all: a file of 200 MB takes its time."""
_PAGE, _NOT_THERE = 100, 404
_Result = TypeVar("_Result")
_Read = Callable[[bytes], _Result]


class _NotThereError(InputError):
    """The server knows no such batch or file."""


class _File(BaseModel):
    id: str = Field(min_length=1)
    filename: str = ""


class Problem(BaseModel):
    """Why the server did not take a batch or a request, in its words."""

    code: str | int | None = None
    message: str | None = None


class _Problems(BaseModel):
    data: list[Problem] | None = None


class Counts(BaseModel):
    """How many of a batch's requests are done."""

    total: int = 0
    completed: int = 0
    failed: int = 0


class ServerBatch(BaseModel):
    """What is read of a batch; other servers leave out or add fields beside these."""

    id: str = Field(min_length=1)
    status: str
    input_file_id: str | None = None
    output_file_id: str | None = None
    error_file_id: str | None = None
    errors: _Problems | None = None
    metadata: dict[str, Any] | None = None
    request_counts: Counts | None = None


class _Files(BaseModel):
    data: list[_File]
    has_more: bool | None = None


class _Batches(BaseModel):
    data: list[ServerBatch]
    has_more: bool | None = None


_FILE, _BATCH = _File.model_validate_json, ServerBatch.model_validate_json


class BatchServer:
    """Calls of the Batch API, each made again while its failure may pass.

    All raise `InputError` for what is wrong with every call, as a key that is refused, and
    `RunFailedError` if the last try failed.
    """

    def __init__(
        self, where: str, access: Access, patience: Patience, silence: float = 600
    ) -> None:
        """Take what messages call the model, where it is, and how long to try."""
        self.where, self.access, self._patience = where, access, patience
        limits = CallLimits(silence=silence, bytes=FILE_BYTES, retries=0)
        self._client = openai_client(where, access, limits)
        self._raw = self._client.with_raw_response

    async def upload(self, name: str, requests: bytes) -> str:
        """Upload a file of requests; returns its id."""
        file = (_file_name(name), requests, "application/jsonl")
        made = await self._call(_FILE, self._raw.files.create, file=file, purpose="batch")
        return made.id

    async def create(self, name: str, file_id: str) -> ServerBatch:
        """Make a batch of an uploaded file; after a try without a reply, look for it first."""
        create = partial(self._raw.batches.create, endpoint=ENDPOINT, completion_window="24h")
        tried = False

        async def one() -> ServerBatch:
            nonlocal tried
            found = await self.find(name, file_id) if tried else None
            tried = True
            if found is not None:
                return found
            return await self._try(_BATCH, create, input_file_id=file_id, metadata={LABEL: name})

        return (await persistently(one, Slots(0), self._patience))[0]

    async def find(self, name: str, file_id: str | None = None) -> ServerBatch | None:
        """The batch of this name or of this file, if there is one."""

        def fits(batch: ServerBatch) -> bool:
            named = (batch.metadata or {}).get(LABEL) == name
            return named or (file_id is not None and batch.input_file_id == file_id)

        found: ServerBatch | None = await self._first(_Batches, self._raw.batches.list, fits)
        return found

    async def find_file(self, name: str) -> str | None:
        """The id of an uploaded file of requests, if there is one."""
        list_ = partial(self._raw.files.list, purpose="batch")
        found = await self._first(_Files, list_, lambda file: file.filename == _file_name(name))
        return None if found is None else str(found.id)

    async def state(self, batch_id: str) -> ServerBatch | None:
        """What became of a batch; None if the server does not know it."""
        return await _if_there(self._call(_BATCH, self._raw.batches.retrieve, batch_id))

    async def cancel(self, batch_id: str) -> ServerBatch | None:
        """Ask the server to stop a batch; None if it does not know it."""
        return await _if_there(self._call(_BATCH, self._raw.batches.cancel, batch_id))

    async def content(self, file_id: str) -> bytes | None:
        """A file's content; None if the server does not have it, or not any more."""
        return await _if_there(self._call(bytes, self._raw.files.content, file_id))

    async def close(self) -> None:
        """Let go of connections."""
        await self._client.close()

    async def _first(self, form: Any, list_: Any, fits: Callable[[Any], bool]) -> Any:
        """The first item that fits, of as many pages as there are."""
        after: dict[str, str] = {}
        seen: set[str] = set()
        while True:
            page = await self._call(form.model_validate_json, list_, limit=_PAGE, **after)
            found = next(filter(fits, page.data), None)
            new = {item.id for item in page.data} - seen
            if found is not None or page.has_more is False or not new:
                return found
            seen |= new
            after = {"after": page.data[-1].id}

    async def _call(self, read: _Read[_Result], call: Any, *args: str, **fields: Any) -> _Result:
        one = partial(self._try, read, call, *args, **fields)
        return (await persistently(one, Slots(0), self._patience))[0]

    async def _try(self, read: _Read[_Result], call: Any, *args: str, **fields: Any) -> _Result:
        """What is read of the reply to one of the client's calls, once."""
        import openai

        try:
            async with asyncio.timeout(CALL_SECONDS):
                body = (await call(*args, **fields)).content
            return read(body)
        except ValidationError as error:
            raise PassingError(f"{self.where}: the server sent no batch or file") from error
        except openai.APIStatusError as error:
            refused = Refused(error.status_code, error.message, error.response.headers)
            failure = failure_of(self.where, self.access, refused)
            if error.status_code == _NOT_THERE and isinstance(failure, InputError):
                raise _NotThereError(failure.where, failure.problem, failure.cure) from error
            raise failure from error
        except (openai.APIConnectionError, TimeoutError) as error:
            reason = self.access.shown(f"{error} {error.__cause__ or ''}".strip())
            raise PassingError(f"{self.where}: {reason or 'no reply'}") from error
        except openai.OpenAIError as error:
            raise RunFailedError(f"{self.where}: {self.access.shown(str(error))}") from error


async def _if_there(call: Awaitable[_Result]) -> _Result | None:
    try:
        return await call
    except _NotThereError:
        return None


def _file_name(name: str) -> str:
    return f"wattrag-{name}.jsonl"

"""The `openai` package's client, where it is installed."""

from typing import TYPE_CHECKING

from wattrag.errors import InputError
from wattrag.llm.limits import CallLimits
from wattrag.llm.openai_protocol.access import Access

if TYPE_CHECKING:
    from openai import AsyncOpenAI


def openai_client(where: str, access: Access, limits: CallLimits) -> "AsyncOpenAI":
    """A client with bounded replies, and as many tries of its own as `limits` say.

    Args:
        where: the model, for messages.
        access: where the server is, and the key to it.
        limits: what a call may take.

    Raises:
        InputError: the package is missing.
    """
    try:
        from wattrag.llm.openai_protocol.client_http import connect_openai
    except ImportError as error:
        cure = "install the extra `wattrag[api]`"
        raise InputError(where, f"needs the package '{error.name}'", cure) from error
    return connect_openai(access, limits)

"""Providers from elsewhere: an entry point of the group `wattrag.providers` adds one.

    [project.entry-points."wattrag.providers"]
    mine = "my_package.my_provider:PROVIDER"

where `PROVIDER` is a `Provider`. The name must be the `provider` of its entries.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from typing import Any

from wattrag.config.chat import ChatEntry
from wattrag.errors import InputError

GROUP = "wattrag.providers"


@dataclass(frozen=True)
class Provider:
    """What makes a provider: its entries in `models.yaml`, and how one becomes a chat model."""

    entry: type[ChatEntry]
    """With a `provider: Literal[...]` of the entry point's name."""
    connect: Callable[[Any, str, int], Any]
    """Entry, precision, and calls in flight at a time (0: no limit), to a
    `wattrag.llm.chat.ChatModel`; nothing is loaded or called before it is asked."""
    imports: tuple[str, ...] = ()
    """Modules that it needs, for `wattrag models`."""


@cache
def plugins() -> dict[str, Provider]:
    """The providers that installed packages add, by name.

    Raises:
        InputError: one of them cannot be loaded, or is no provider.
    """
    found = {}
    for point in entry_points(group=GROUP):
        where = f"provider '{point.name}' of {point.value.partition(':')[0]}"
        try:
            provider = point.load()
        except Exception as error:
            problem = f"cannot be loaded ({type(error).__name__}: {error})"
            raise InputError(where, problem, "mend or uninstall it") from error
        if not isinstance(provider, Provider):
            raise InputError(where, "is no wattrag.config.plugins.Provider", "see docs/models.md")
        found[point.name] = provider
    return found

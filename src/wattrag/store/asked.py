"""Everything that determines a reply, field by field: what a stored completion is found by."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any, NotRequired, TypedDict

from wattrag.files import digest


class Message(TypedDict):
    """One message of a conversation: `role` is `system`, `user` or `assistant`."""

    role: str
    content: str
    images: NotRequired[list[str]]
    """SHA-256 (hex) of the images that are shown after the text, in order; left out for none."""


@dataclass(frozen=True)
class ModelKey:
    """Everything about a model that determines a reply, each field with its reason."""

    provider: str
    """Who runs it: the same id may be another model, or another template, elsewhere."""
    model_id: str
    """Which weights are asked."""
    revision: str | None
    """Which state of these weights; None where the provider has no such thing."""
    precision: str
    """Quantised weights reply differently."""
    engine: Mapping[str, Any]
    """Settings of the provider that change a reply, by the names they have in `models.yaml`."""

    @cached_property
    def digest(self) -> str:
        """Names the model's folder in the store."""
        return digest(asdict(self))[:16]


@dataclass(frozen=True)
class Request:
    """What a model is asked for."""

    messages: Sequence[Message]
    """What is asked, the prompt's text and the evidence in it included."""
    max_new_tokens: int
    """A reply is cut off there."""
    temperature: float
    """How far it may stray from the likeliest words; 0 is greedy."""
    run: int = 1
    """Repetitions of a sampling model are different replies to the same words; engines that take
    a seed are given this number."""
    schema: Mapping[str, Any] | None = None
    """JSON schema that the reply is held to, where the engine can; None for free text."""
    images: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    """The images of the messages by their hashes; what is in the key is the hashes."""

    @property
    def determining(self) -> dict[str, Any]:
        """All fields but the images, whose hashes are in the messages."""
        return {name: value for name, value in vars(self).items() if name != "images"}


@dataclass(frozen=True)
class Asked:
    """Everything that determines a reply; what is equal in all of it is asked once."""

    model: ModelKey
    """Who is asked."""
    request: Request
    """For what."""

    @cached_property
    def key(self) -> bytes:
        """SHA-256 of the canonical JSON of all fields, 32 bytes."""
        # Not `asdict`, which copies every message: this is done for each call.
        asked = {"model": self.model.digest, "request": self.request.determining}
        return bytes.fromhex(digest(asked))

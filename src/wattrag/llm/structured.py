"""Replies of a given form: the schema that engines are held to, and tolerant reading of the rest.

Models wrap what was asked for: code fences, prose, `<think>` blocks; or bend it: trailing commas,
single quotes, a missing end. All of that is read; what is made up of it is checked by the schema.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from json_repair import repair_json
from pydantic import BaseModel, ValidationError

LONGEST_REPAIRED = 6000
"""Characters of a part that is repaired: the time that takes can grow with their square."""
MOST_BRACKETS = 32
"""Opening brackets of such a part: with nesting the time grows faster still."""

_THOUGHT_END = re.compile("</think>", re.IGNORECASE)
_THOUGHT = re.compile("<think>", re.IGNORECASE)
_FENCED = re.compile(r"```\w*\n(.*?)```", re.DOTALL)
_Form = TypeVar("_Form", bound=BaseModel)


@dataclass(frozen=True)
class Read(Generic[_Form]):
    """What a reply says."""

    value: _Form
    repaired: bool
    """The reply was not just the JSON that was asked for."""


def schema_of(form: type[BaseModel]) -> dict[str, Any]:
    """The JSON schema of a form, as engines with constrained decoding take it.

    Every key is required and no other is allowed (OpenAI's strict mode wants both); titles and
    descriptions are left out, for they are part of the key of a stored reply.
    """
    schema: dict[str, Any] = _bare(form.model_json_schema())
    return schema


def read_form(form: type[_Form], reply: str) -> Read[_Form] | None:
    """The reply as `form`, or None if it holds nothing of that form."""
    whole = reply.strip()
    for value, text in values_in(reply, list(form.model_fields)):
        try:
            return Read(form.model_validate(value), repaired=text != whole)
        except ValidationError:
            continue
    return None


def values_in(reply: str, keys: Sequence[str]) -> Iterator[tuple[Any, str | None]]:
    """What a reply may mean: the fenced parts or the whole, as they stand; then the same repaired.

    Repaired is what looks like an object that starts with one of `keys`, or like a list, so that
    no prose in brackets is taken.

    Yields:
        A JSON value, and the text that it stands for; None if that was repaired.
    """
    # A thought that was cut off before its end holds drafts, not a reply.
    spoken = _THOUGHT.split(_THOUGHT_END.split(reply)[-1], maxsplit=1)[0].strip()
    fence = _FENCED.search(spoken)
    parts = [fence[1].strip(), spoken] if fence else [spoken]
    for part in parts:
        try:
            yield json.loads(part), part
        except (ValueError, RecursionError):
            continue
    opening = re.compile(rf"""\{{\s*["']?(?:{"|".join(map(re.escape, keys))})\b""")
    for part in parts:
        start = opening.search(part)
        meant = part[start.start() :] if start else part
        if meant.startswith(("{", "[")) and _is_repairable(meant):
            try:
                yield repair_json(meant, return_objects=True, skip_json_loads=True), None
            except (ValueError, RecursionError):
                continue


def _is_repairable(text: str) -> bool:
    brackets = sum(map(text.count, "{[("))
    return len(text) <= LONGEST_REPAIRED and brackets <= MOST_BRACKETS


def _bare(node: Any) -> Any:
    """A schema without words for people, its objects closed and complete."""
    if isinstance(node, list):
        return [_bare(inner) for inner in node]
    if not isinstance(node, dict):
        return node
    found = {k: v for k, v in node.items() if k not in {"title", "description", "default"}}
    if isinstance(found.get("properties"), dict):
        properties = {name: _bare(inner) for name, inner in found["properties"].items()}
        return {
            "type": "object",
            "properties": properties,
            "required": list(properties),
            "additionalProperties": False,
            **({"$defs": _bare(found["$defs"])} if "$defs" in found else {}),
        }
    return {key: _bare(inner) for key, inner in found.items()}

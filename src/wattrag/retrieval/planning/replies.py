"""From a model's reply to further queries: tolerant of form, strict about content."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from json_repair import repair_json

LONGEST_QUERY = 1000
"""Characters; what is longer is no query but a reply gone astray."""
LONGEST_REPAIRED = 6000
"""Characters of a part that is repaired: the time that takes can grow with their square."""
MOST_BRACKETS = 32
"""Opening brackets of such a part: with nesting the time grows faster still."""

_THOUGHT_END = re.compile("</think>", re.IGNORECASE)
_THOUGHT = re.compile("<think>", re.IGNORECASE)
_FENCED = re.compile(r"```\w*\n(.*?)```", re.DOTALL)
_OBJECT = re.compile(r"""\{\s*["']?queries\b""")


def read_reply(reply: str) -> list[str] | None:
    """The strings of a reply's `queries`, or None if the reply is malformed.

    Taken as well formed: the object asked for, or a list of strings, also inside a code fence,
    the object also inside prose; behind a `<think>` block; with trailing commas, single quotes or
    a missing end.
    """
    # A thought that was cut off before its end holds drafts, not a reply.
    spoken = _THOUGHT.split(_THOUGHT_END.split(reply)[-1], maxsplit=1)[0]
    for value in _values(spoken.strip()):
        queries = value.get("queries") if isinstance(value, dict) else value
        if not isinstance(queries, list):
            continue
        strings = [query for query in queries if isinstance(query, str)]
        if strings or not queries:
            return strings
    return None


def further_queries(found: Iterable[str], question: str, count: int) -> list[str]:
    """At most `count` queries that differ from the question and from each other.

    Compared are their words in lower case; white space is normalised, and what is empty or longer
    than `LONGEST_QUERY` is left out.
    """
    seen, kept = {_folded(question)}, []
    for query in map(_tidied, found):
        if query and len(query) <= LONGEST_QUERY and _folded(query) not in seen:
            seen.add(_folded(query))
            kept.append(query)
    return kept[:count]


def _values(text: str) -> Iterator[Any]:
    """What may be meant: the fenced parts or the whole, as they stand; then the same repaired.

    Repaired is what looks like the object or the list, so that no prose in brackets is taken.
    """
    fence = _FENCED.search(text)
    parts = [fence[1].strip(), text] if fence else [text]
    for part in parts:
        try:
            yield json.loads(part)
        except (ValueError, RecursionError):
            continue
    for part in parts:
        start = _OBJECT.search(part)
        meant = part[start.start() :] if start else part
        if meant.startswith(("{", "[")) and _is_repairable(meant):
            try:
                yield repair_json(meant, return_objects=True, skip_json_loads=True)
            except (ValueError, RecursionError):
                continue


def _is_repairable(text: str) -> bool:
    brackets = sum(map(text.count, "{[("))
    return len(text) <= LONGEST_REPAIRED and brackets <= MOST_BRACKETS


def _tidied(query: str) -> str:
    """One line of text that can be written as UTF-8."""
    return " ".join("".join(c if c.isprintable() else " " for c in query).split())


def _folded(query: str) -> str:
    return _tidied(query).casefold()

"""From a model's reply to further queries: tolerant of form, strict about content."""

from collections.abc import Iterable

from pydantic import BaseModel

from wattrag.llm.structured import schema_of, values_in

LONGEST_QUERY = 1000
"""Characters; what is longer is no query but a reply gone astray."""


class Queries(BaseModel):
    """What the planner's prompt asks for."""

    queries: list[str]


SCHEMA = schema_of(Queries)


def read_reply(reply: str) -> list[str] | None:
    """The strings of a reply's `queries`, or None if the reply is malformed.

    Taken as well formed: the object asked for, or a list of strings; see `values_in` for the
    wrapping that is forgiven.
    """
    for value, _ in values_in(reply, ["queries"]):
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


def _tidied(query: str) -> str:
    """One line of text that can be written as UTF-8."""
    return " ".join("".join(c if c.isprintable() else " " for c in query).split())


def _folded(query: str) -> str:
    return _tidied(query).casefold()

"""Messages for chat templates that know no system role."""

from collections.abc import Sequence

from wattrag.store.asked import Message


def folded(messages: Sequence[Message]) -> list[Message] | None:
    """With the system's words before those of the first user; None if there are none."""
    said = [m["content"] for m in messages if m["role"] == "system"]
    rest = [m for m in messages if m["role"] != "system"]
    first = next((n for n, m in enumerate(rest) if m["role"] == "user"), None)
    if not said or first is None:
        return None
    content = "\n\n".join([*said, rest[first]["content"]])
    return [*rest[:first], {**rest[first], "content": content}, *rest[first + 1 :]]

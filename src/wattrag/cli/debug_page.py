"""What `wattrag debug` prints: prompts and replies are untrusted text, and shown as such."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import typer

from wattrag.errors import visible

INDENT = "    "


def print_question(record: Mapping[str, Any]) -> None:
    """Print one question of `debug_record`, control characters of its texts spelled out."""
    for line in _question(record):
        typer.echo(visible(line).rstrip())


def _question(record: Mapping[str, Any]) -> Iterator[str]:
    unit = record["answer_unit"]
    yield f"=== {record['id']}: {_flat(record['question'])}" + (f" [{unit}]" if unit else "")
    for query in record["queries"][1:]:
        yield f"further query: {query}"
    for attempt in record["attempts"]:
        yield ""
        yield from _attempt(attempt)
    yield ""
    if record["error"] is not None:
        yield f"no answer ({record['error_kind']}): {_flat(record['error'])}"
    else:
        yield f"kept: attempt {record['kept_attempt']}"
        yield f"supporting_materials: {_flat(record['supporting_materials']) or '-'}"
    yield ""


def _attempt(attempt: Mapping[str, Any]) -> Iterator[str]:
    cuts = ", ".join(f"{key} {attempt[key]}" for key in ("top_k", "top_k_final", "hits"))
    yield f"--- attempt {attempt['attempt']}: {cuts}, shown {len(attempt['shown'])}"
    for message in attempt["messages"]:
        yield f"sent ({message['role']}):"
        yield from _block(message["content"])
    if not attempt["messages"]:
        yield "evidence:"
        for piece in attempt["shown"]:
            page = "" if piece["page"] is None else f", page {piece['page']}"
            yield from _block(f"[{piece['node_id']}{page}] {piece['text']}")
    for number, reply in enumerate(attempt["replies"], 1):
        yield f"reply {number}:"
        yield from _block(reply)
    yield from _outcome(attempt)
    yield _took(attempt)


def _outcome(attempt: Mapping[str, Any]) -> Iterator[str]:
    if attempt["error"] is not None:
        yield f"error ({attempt['error_kind']}): {_flat(attempt['error'])}"
        return
    for key, value in attempt["answer"].items():
        yield f"{key}: {_value(value)}"
    for key, value in (attempt["checks"] or {}).items():
        yield f"check {key}: {_value(value)}"


def _took(attempt: Mapping[str, Any]) -> str:
    usage, seconds = attempt["usage"], attempt["seconds"]
    calls = f"{usage['calls']} calls, {usage['reused']} replies from the store"
    tokens = f"tokens {_value(usage['input_tokens'])} in, {_value(usage['output_tokens'])} out"
    times = ", ".join(f"{key} {value:.3f} s" for key, value in seconds.items())
    return f"took: {calls}; {tokens}; {times}"


def _value(value: object) -> str:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(map(str, value)) or "-"
    return "-" if value is None or value == "" else _flat(str(value))


def _block(text: str) -> Iterator[str]:
    """Text of several lines, indented, so that none can pass for a line of ours."""
    for line in text.split("\n"):
        yield INDENT + line


def _flat(text: str) -> str:
    return " ".join(text.split())

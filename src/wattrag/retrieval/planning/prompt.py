"""The prompt of query plans: a text file of the package, whose name carries its version."""

from functools import cache
from importlib import resources
from string import Template

from wattrag.files import digest
from wattrag.store.asked import Message

VERSION = "query_plan_v1"


@cache
def prompt_text() -> str:
    """The text, with `$question` and `$count` to fill in."""
    return resources.files(__package__).joinpath(f"{VERSION}.txt").read_text(encoding="utf-8")


def prompt_identity() -> dict[str, str]:
    """Version and hash: what a result made with this prompt depends on."""
    return {"version": VERSION, "hash": digest(prompt_text())[:16]}


def planning_messages(question: str, count: int) -> list[Message]:
    """The messages that ask for at most `count` further queries.

    One user message alone: some models' templates know no system role.
    """
    filled = Template(prompt_text()).substitute(question=question, count=count)
    return [{"role": "user", "content": filled}]

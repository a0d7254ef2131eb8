"""The prompt of a chat model: what is the same for all questions first, then question and evidence.

The order lets servers and engines compute the beginning once.
"""

from dataclasses import dataclass
from functools import cache
from importlib import resources
from string import Template

from wattrag.answering.reader import Evidence
from wattrag.errors import InputError
from wattrag.files import digest
from wattrag.retrieval.records import Snippet
from wattrag.store.asked import Message

VERSIONS = {"wattbot": "wattbot_v1"}
"""The current version of each prompt."""
_SEPARATOR = "\n---\n"
_NO_UNIT = "none"
_BLANK = "is_blank"


@dataclass(frozen=True)
class Prompt:
    """A prompt's texts."""

    version: str
    system: str
    user: str
    """With `$question`, `$unit` and `$context` to fill in."""

    @property
    def identity(self) -> dict[str, str]:
        """Version and hash: what an answer made with this prompt depends on."""
        return {"version": self.version, "hash": digest([self.system, self.user])[:16]}

    def messages(self, question: str, unit: str, evidence: Evidence) -> list[Message]:
        """The messages that put one question."""
        filled = Template(self.user).substitute(
            question=question,
            unit=unit if unit.strip() and unit != _BLANK else _NO_UNIT,
            context=_SEPARATOR.join(map(_shown, evidence.context)),
        )
        return [
            {"role": "system", "content": self.system},
            {"role": "user", "content": filled},
        ]


@cache
def load_prompt(name: str, *, context_first: bool) -> Prompt:
    """The current version of a prompt.

    Args:
        name: as a pipeline's `prompt`.
        context_first: the evidence before the question.

    Raises:
        InputError: there is none of this name.
    """
    version = VERSIONS.get(name)
    if version is None:
        raise InputError(f"prompt '{name}'", "there is none", f"known: {', '.join(VERSIONS)}")
    order = "context_first" if context_first else "question_first"
    return Prompt(version, _text(f"{version}.system"), _text(f"{version}.{order}"))


def _text(name: str) -> str:
    folder = resources.files("wattrag.answering.prompts")
    return folder.joinpath(f"{name}.txt").read_text(encoding="utf-8").strip()


def _shown(snippet: Snippet) -> str:
    """An excerpt under its document's id; text that looks like an id's mark is defused."""
    return f"[ref_id={snippet.document_id}] {snippet.text.replace('[ref_id=', '(ref_id=')}"

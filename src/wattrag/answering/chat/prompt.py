"""The prompt of a chat model: what is the same for all questions first, then question and evidence.

The order lets servers and engines compute the beginning once.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from string import Template

from wattrag.config.settings import Pipeline
from wattrag.errors import InputError
from wattrag.files import digest, read_bytes
from wattrag.retrieval.records import Snippet
from wattrag.store.asked import Message

VERSIONS = {"wattbot": "wattbot_v1"}
"""The current version of each prompt."""
OWN_FILE = ".txt"
"""How the name of a user's own prompt ends."""
PLACES = ("question", "unit", "context")
LONGEST = 100_000
"""Characters of a user's own prompt."""
_DIVIDER = "===="
_SEPARATOR = "\n---\n"
_MEDIA = "Referenced media:\n\n"
_NO_UNIT = "none"
_BLANK = "is_blank"
_MARK = re.compile(r"\[(?=[ \t]*(?:ref_id|/?INST\]))", re.IGNORECASE)
_TURN = re.compile(r"<(?=[|\uff5c]|/?s>|</?SYS>>|(?:start|end)_of_turn>|[be]os>)", re.IGNORECASE)
_FRAME = re.compile(
    r"^(?=[ \t]*(?:-{3,}[ \t]*$|(?:Question|Unit of the answer|Excerpts|Referenced media)[ \t]*:"
    r"|Answer the question from))",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True)
class Prompt:
    """A prompt's texts."""

    version: str
    system: str
    """Empty for none."""
    user: str
    """With `$question`, `$unit` and `$context` to fill in."""

    @property
    def identity(self) -> dict[str, str]:
        """Version and hash: what an answer made with this prompt depends on."""
        return {"version": self.version, "hash": digest([self.system, self.user])[:16]}

    def messages(
        self,
        question: str,
        unit: str,
        context: Sequence[Snippet],
        media: Sequence[Snippet] = (),
        images: Mapping[str, bytes] | None = None,
    ) -> list[Message]:
        """The messages that put one question, with the captions of figures behind the context.

        Args:
            question: as it stands in the question file.
            unit: of the answer; empty or `is_blank` for none.
            context: text that was found.
            media: captions of figures.
            images: those figures that are sent as images, by node id, in the order of `media`; a
                caption says which one is its.
        """
        images = images or {}
        blocks = [_SEPARATOR.join(map(shown, context))]
        if media:
            numbers = {node_id: number for number, node_id in enumerate(images, 1)}
            lines = (shown(snippet, numbers.get(snippet.node_id)) for snippet in media)
            blocks.append(_MEDIA + "\n\n".join(lines))
        filled = Template(self.user).substitute(
            question=question,
            unit=unit if unit.strip() and unit != _BLANK else _NO_UNIT,
            context="\n\n".join(blocks),
        )
        user: Message = {"role": "user", "content": filled}
        if images:
            user["images"] = [digest(data) for data in images.values()]
        return [{"role": "system", "content": self.system}, user] if self.system else [user]


def prompt_of(pipeline: Pipeline) -> Prompt:
    """The prompt that a pipeline names; see `load_prompt`."""
    return load_prompt(pipeline.prompt, context_first=pipeline.use_reordered_prompt)


@cache
def load_prompt(name: str, *, context_first: bool) -> Prompt:
    """A prompt: the current version of one of ours, or a user's own file.

    A file holds the user message, with `$question`, `$context` and, if wanted, `$unit`; above a
    line `====` it may hold the system message.

    Args:
        name: as a pipeline's `prompt`: a name, or the path of a file that ends in `.txt`.
        context_first: the evidence before the question; a file has its own order.

    Raises:
        InputError: there is none of this name, or the file cannot be used.
    """
    if name.endswith(OWN_FILE):
        if context_first:
            problem = "use_reordered_prompt is for our prompts"
            raise InputError(f"prompt '{name}'", problem, "order the file as you like")
        return _own(Path(name))
    version = VERSIONS.get(name)
    if version is None:
        known = f"known: {', '.join(VERSIONS)}, or a file that ends in {OWN_FILE}"
        raise InputError(f"prompt '{name}'", "there is none", known)
    order = "context_first" if context_first else "question_first"
    return Prompt(version, _text(f"{version}.system"), _text(f"{version}.{order}"))


def shown(snippet: Snippet, image: int | None = None) -> str:
    """An excerpt under its document's id.

    What in its text looks like the frame is defused, so that a document cannot end its excerpt:
    an id's mark, a divider, a heading of ours, the turn of a chat template.

    Args:
        snippet: the excerpt.
        image: number of the image that it is the caption of, if it is one.
    """
    numbered = "" if image is None else f"Image {image}: "
    text = _FRAME.sub("> ", _MARK.sub("(", _TURN.sub("< ", snippet.text)))
    return f"[ref_id={snippet.document_id}] {numbered}{text}"


def _text(name: str) -> str:
    folder = resources.files("wattrag.answering.prompts")
    return folder.joinpath(f"{name}.txt").read_text(encoding="utf-8").strip()


def _own(path: Path) -> Prompt:
    where = f"prompt '{path}'"
    try:
        text = read_bytes(path).decode()
    except UnicodeDecodeError as error:
        raise InputError(where, "is no UTF-8 text", "save it as such") from error
    if len(text) > LONGEST:
        raise InputError(where, f"has {len(text)} characters", f"write at most {LONGEST}")
    system, divider, user = text.partition(f"\n{_DIVIDER}\n")
    if not divider:
        system, user = "", text
    template = Template(user)
    if not template.is_valid():
        raise InputError(where, "has a `$` that is no place to fill in", "write `$$` for a dollar")
    named = template.get_identifiers()
    unknown = [name for name in named if name not in PLACES]
    if unknown:
        known = ", ".join(f"${name}" for name in PLACES)
        raise InputError(where, f"has the place ${unknown[0]}", f"known: {known}; `$$` is a dollar")
    for name in ("question", "context"):
        if name not in named:
            raise InputError(where, f"lacks the place ${name}", "a model must see it: put it in")
    return Prompt(path.name, system.strip(), user.strip())

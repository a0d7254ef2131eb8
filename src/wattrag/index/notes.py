"""Notes on nodes: people's remarks beside the index. No build reads or writes them."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from wattrag.errors import InputError
from wattrag.files import read_jsonl

NOTES = "notes.jsonl"


class Note(BaseModel):
    """A remark on a node."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    node_id: str
    text: str


def read_notes(index: Path, node_id: str) -> list[Note]:
    """The notes on a node, oldest first.

    Raises:
        InputError: the notes file was edited into something else.
    """
    path = index / NOTES
    if not path.exists():
        return []
    try:
        notes = [Note.model_validate(row) for row in read_jsonl(path)]
    except ValidationError as error:
        raise InputError(str(path), "a line is no note", "each needs node_id and text") from error
    return [note for note in notes if note.node_id == node_id]


def add_note(index: Path, node_id: str, text: str) -> None:
    """Append a note on a node."""
    line = Note(node_id=node_id, text=text).model_dump_json() + "\n"
    with (index / NOTES).open("a", encoding="utf-8") as notes:
        notes.write(line)

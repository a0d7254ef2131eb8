"""The form of a reply, and from a reply to an answer."""

import json
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator

from wattrag.answering.records import BLANK, Answer
from wattrag.datafiles.refs import parse_refs
from wattrag.llm.structured import schema_of

_TRUTH = {"true": "1", "false": "0"}
_BLANKS = {"", BLANK, "is blank", "blank", "n/a", "none", "null", "unknown", "not found"}


def _as_text(value: Any) -> Any:
    """A value as it is written: models give numbers, lists and truth values for text."""
    if value is None:
        return ""
    if isinstance(value, bool | int | float | list):
        return json.dumps(value, separators=(",", ":"))
    return value


def _as_list(value: Any) -> Any:
    """Ids in whatever form."""
    if value is None:
        return []
    if isinstance(value, str):
        return list(parse_refs(value))
    return [_as_text(item) for item in value] if isinstance(value, list) else value


Text = Annotated[str, BeforeValidator(_as_text)]


class Reply(BaseModel):
    """What the prompt asks for."""

    explanation: Text = ""
    answer: Text = ""
    answer_value: Text
    ref_id: Annotated[list[str], BeforeValidator(_as_list)] = []
    supporting_materials: Text = ""


SCHEMA = schema_of(Reply)


def answer_of(reply: Reply) -> Answer:
    """The answer that a reply gives; without a value it is blank, and cites nothing."""
    value = normalised(reply.answer_value)
    blank = value == BLANK
    return Answer(
        answer="" if blank else reply.answer.strip() or value,
        value=value,
        raw_value=reply.answer_value,
        ref_id=() if blank else parse_refs(json.dumps(reply.ref_id)),
        supporting_materials="" if blank else reply.supporting_materials.strip(),
        explanation=reply.explanation.strip(),
    )


def normalised(value: str) -> str:
    """A value in the form of a submission: one line, truth as 1 or 0, blank as `is_blank`."""
    text = " ".join(value.split())
    folded = text.casefold()
    if folded in _BLANKS:
        return BLANK
    return _TRUTH.get(folded, text)

"""The form of a reply, and from a reply to an answer."""

import json
import re
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator

from wattrag.answering.normalise import NoValueError, normalised
from wattrag.answering.reader import UnreadableReplyError
from wattrag.answering.records import BLANK, Answer
from wattrag.datafiles.refs import parse_refs
from wattrag.llm.structured import read_form, schema_of
from wattrag.store.completions import Completion

LONGEST_TEXT = 4000
"""Characters of a text in an answer; the rest of what a server sends is left out."""
MOST_REFS = 20
LONGEST_REF = 200
"""Characters; no document's id is longer."""
CUT_OFF = "length"
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
"""What files of text cannot hold, or not be read again with."""


def _as_text(value: Any) -> Any:
    """A value as it is written: models give numbers, lists and truth values for text."""
    if value is None:
        return ""
    if isinstance(value, bool | int | float | list):
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return _UNPRINTABLE.sub(" ", value) if isinstance(value, str) else value


def _as_list(value: Any) -> Any:
    """Ids in whatever form."""
    if value is None:
        return []
    if isinstance(value, str):
        return [_as_text(item) for item in parse_refs(value)]
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


def read_answer(reply: Completion, question: str, unit: str) -> tuple[Answer, bool]:
    """The answer that a reply gives, and whether its form had to be repaired.

    Raises:
        UnreadableReplyError: it holds no answer, or a value that is none.
    """
    read = read_form(Reply, reply.text)
    if read is None:
        cut = "; it was cut off, raise max_new_tokens" if reply.finish_reason == CUT_OFF else ""
        ended = f" (ended: {reply.finish_reason})" if reply.finish_reason else ""
        raise UnreadableReplyError(f"the reply holds no answer{ended}{cut}")
    try:
        value = normalised(read.value.answer_value, question, unit)
    except NoValueError as error:
        raise UnreadableReplyError(f"the reply holds no answer: {error}") from error
    return _answer(read.value, value), read.repaired


def _answer(reply: Reply, value: str) -> Answer:
    """Without a value an answer is blank, and cites nothing."""
    blank = value == BLANK
    return Answer(
        answer="" if blank else _short(reply.answer) or value,
        value=value,
        raw_value=_short(reply.answer_value),
        ref_id=() if blank else _ids(reply.ref_id),
        supporting_materials="" if blank else _short(reply.supporting_materials),
        explanation=_short(reply.explanation),
    )


def _ids(given: list[str]) -> tuple[str, ...]:
    return tuple(_short(ref, LONGEST_REF) for ref in parse_refs(json.dumps(given))[:MOST_REFS])


def _short(text: str, longest: int = LONGEST_TEXT) -> str:
    text = text.strip()
    return text if len(text) <= longest else text[:longest] + "…"

"""The reference in `config/README.md`, generated from the models' fields and docstrings.

`python -m wattrag.config.reference` rewrites it and the schema; tests fail if they are behind.
"""

import inspect
import json
from collections.abc import Iterator
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import AfterValidator, BaseModel
from pydantic.fields import FieldInfo

from wattrag.config.address import check_address
from wattrag.config.models import ENTRIES
from wattrag.config.schema import schema_text
from wattrag.config.settings import Settings
from wattrag.errors import InputError
from wattrag.files import read_bytes, write_text

ROOT = Path(__file__).resolve().parents[3]
README = ROOT / "config/README.md"
SCHEMA = ROOT / "workflow/schemas/config.schema.json"
BEGIN, END = "<!-- reference: generated -->", "<!-- end of reference -->"

_PLAIN = {str: "text", int: "whole number", float: "number", bool: "true or false"}
_BOUNDS = (("ge", "≥"), ("gt", ">"), ("le", "≤"), ("lt", "<"))


def reference() -> str:
    """Markdown tables of every key: the study's own, each section's, each kind of model's."""
    parts = [_table("Top level", Settings)]
    for name, field in Settings.model_fields.items():
        model = _section(field.annotation)
        if model is not None:
            entry = ".NAME" if _is_mapping(field.annotation) else ""
            parts.append(_table(f"`{name}{entry}`", model))
    for kind in ENTRIES:
        [provider] = get_args(kind.model_fields["provider"].annotation)
        parts.append(_table(f"`models.yaml`, provider `{provider}`", kind))
    return "\n\n".join(parts)


def with_reference(text: str) -> str:
    """`text` with a fresh reference between its two markers.

    Raises:
        InputError: a marker is missing.
    """
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise InputError("config/README.md", f"lacks '{BEGIN}' or '{END}'", "put both back")
    return f"{before}{BEGIN}\n\n{reference()}\n\n{END}{after}"


def _table(title: str, model: type[BaseModel]) -> str:
    lines = [f"### {title}", "", inspect.getdoc(model) or "", ""]
    lines += ["| key | type | default | meaning |", "|---|---|---|---|"]
    lines += [_row(key, field) for key, field in _keys(model)]
    return "\n".join(lines)


def _keys(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, FieldInfo]]:
    """Dotted keys; nested groups are unfolded, except the sections that have a table."""
    for name, field in model.model_fields.items():
        inner = _section(field.annotation)
        if inner is None or model is Settings:
            yield prefix + name, field
        else:
            yield from _keys(inner, f"{prefix}{name}.")


def _row(key: str, field: FieldInfo) -> str:
    meaning = " ".join((field.description or "").split())
    cells = [f"`{key}`", _type(field), _default(field), meaning]
    return "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    if isinstance(field.default, BaseModel):
        return "see below"
    is_word = isinstance(field.default, str) and field.default
    return f"`{field.default if is_word else json.dumps(field.default)}`"


def _type(field: FieldInfo) -> str:
    return _described(field.annotation, *field.metadata)


def _described(annotation: Any, *constraints: Any) -> str:
    """A type with its bounds, in the reader's words."""
    checks = [c.func for c in constraints if isinstance(c, AfterValidator)]
    if checks:
        return "address" if check_address in checks else "name"
    kind, null, _ = _kind(annotation).partition(" or null")
    constraints = tuple(c for one in constraints for c in getattr(one, "metadata", [one]))
    limits = ((sign, getattr(c, key, None)) for c in constraints for key, sign in _BOUNDS)
    bounds = ", ".join(f"{sign} {limit:g}" for sign, limit in limits if limit is not None)
    return f"{kind} {bounds}".rstrip() + null


def _kind(annotation: Any) -> str:
    """A type in the reader's words."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if annotation in _PLAIN:
        return _PLAIN[annotation]
    if annotation is NoneType or annotation is None:
        return "null"
    if origin in (Union, UnionType):
        return " or ".join(_kind(argument) for argument in arguments)
    if origin is Literal:
        return ", ".join(f"`{a if isinstance(a, str) else json.dumps(a)}`" for a in arguments)
    if origin in (list, dict):
        return f"{'list of' if origin is list else 'name:'} {_kind(arguments[-1])}"
    return _described(*arguments) if origin is Annotated else "section"


def _is_mapping(annotation: Any) -> bool:
    return get_origin(annotation) is dict


def _section(annotation: Any) -> type[BaseModel] | None:
    """The settings model that a field holds, alone or by name."""
    if _is_mapping(annotation):
        annotation = get_args(annotation)[1]
    is_model = inspect.isclass(annotation) and issubclass(annotation, BaseModel)
    return annotation if is_model else None


def main() -> None:
    """Rewrite the reference and the schema in this checkout."""
    write_text(README, with_reference(read_bytes(README).decode()))
    write_text(SCHEMA, schema_text())


if __name__ == "__main__":
    main()

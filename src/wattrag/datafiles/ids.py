"""Identifiers from outside: they name files and folders, so they are checked where they enter."""

import re

from wattrag.errors import InputError

MAX_QUESTION_ID = 200
_PATH_SAFE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._+-]{0,119}")


def check_document_id(value: str, where: str) -> str:
    """Return `value` if it can name a file; a document id is part of paths and of node ids.

    Raises:
        InputError: empty, longer than 120 characters, or with other characters than
            letters, digits, `.`, `_`, `+` and `-`.
    """
    if not _PATH_SAFE.fullmatch(value) or value.endswith("."):
        raise InputError(
            where,
            f"id {value[:60]!r} cannot name a file",
            "use 1 to 120 letters, digits, '.', '_', '+', '-', and begin with a letter or digit",
        )
    return value


def check_question_id(value: str, where: str) -> str:
    """Return `value` if it is a usable question id: printable, and no path.

    Raises:
        InputError: empty, too long, unprintable, or with a slash, a backslash or two dots.
    """
    if not value or len(value) > MAX_QUESTION_ID or not value.isprintable():
        raise InputError(where, f"id {value[:60]!r} is not usable", "use 1 to 200 plain characters")
    if "/" in value or "\\" in value or ".." in value:
        raise InputError(where, f"id {value[:60]!r} looks like a path", "use a plain name")
    return value


def path_name(value: str) -> str:
    """`value` with `_` for each character that a document id may not have."""
    return re.sub(r"[^A-Za-z0-9._+-]", "_", value)

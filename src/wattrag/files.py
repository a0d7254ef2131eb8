"""Writing and hashing files: nothing is ever half-written, equal data gives equal bytes."""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from wattrag.errors import InputError


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path` and rename it over `path` if the block succeeds.

    The temporary file lies in the same folder, so that the rename is atomic; a failing block
    leaves neither a new `path` nor the temporary file.

    Raises:
        InputError: the folder cannot be made or written to.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = error.strerror or "cannot be made"
        raise InputError(str(path.parent), reason, "choose another folder") from error
    temporary = path.with_name(f".{path.name[:64]}.{uuid4().hex[:12]}.tmp")
    try:
        yield temporary
        with temporary.open("rb") as written:
            os.fsync(written.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_bytes(path: Path, data: bytes) -> None:
    """Write `data` to `path` atomically."""
    with replacing(path) as temporary:
        temporary.write_bytes(data)


def write_text(path: Path, text: str) -> None:
    """Write `text` as UTF-8 with LF line ends to `path` atomically."""
    write_bytes(path, text.encode("utf-8"))


def write_json(path: Path, value: Any) -> None:
    """Write `value` as indented JSON (keys in the given order) to `path` atomically."""
    write_text(path, json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False) + "\n")


def write_jsonl(path: Path, rows: Iterable[Any]) -> None:
    """Write one JSON value a line to `path` atomically."""
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as out:
        for row in rows:
            out.write(json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n")


def read_json(path: Path) -> Any:
    """Parse `path` as JSON.

    Raises:
        InputError: the file is missing or holds no JSON.
    """
    return _parse(read_bytes(path), str(path))


def read_jsonl(path: Path) -> list[Any]:
    """Parse every line of `path` as JSON.

    Raises:
        InputError: the file is missing, or a line (which is named) holds no JSON.
    """
    lines = read_bytes(path).split(b"\n")
    return [_parse(line, f"{path}:{n}") for n, line in enumerate(lines, 1) if line.strip()]


def read_bytes(path: Path) -> bytes:
    """The bytes of `path`.

    Raises:
        InputError: the file cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(str(path), error.strerror or "cannot be read", "check the path") from error
    except ValueError as error:  # a NUL in it
        raise InputError(str(path), "is no path", "check the path") from error


def canonical_json(value: Any) -> str:
    """JSON with sorted keys and no spaces: equal values give equal strings."""
    return json.dumps(
        value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    )


def digest(value: Any) -> str:
    """SHA-256 (hex) of a JSON value's canonical form, or of bytes or text as they are."""
    if isinstance(value, str):
        value = value.encode("utf-8")
    elif not isinstance(value, bytes):
        value = canonical_json(value).encode("utf-8")
    return hashlib.sha256(value).hexdigest()


def file_digest(path: Path) -> str:
    """SHA-256 (hex) of a file's bytes, read in blocks."""
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def _parse(data: bytes, where: str) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        reason = str(error).split(":")[0][:80]
        raise InputError(where, f"is not valid JSON ({reason})", "restore or rebuild it") from error

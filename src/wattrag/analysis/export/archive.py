"""An archive of results that may be handed on; equal content gives equal bytes."""

import gzip
import hashlib
import io
import tarfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from wattrag.analysis.export import shareable
from wattrag.errors import InputError
from wattrag.files import read_bytes, write_bytes

ENDINGS = (".tar.gz", ".tgz")
SUMS = "SHA256SUMS"
_LEVEL = 9
_PICTURES = {".png": b"\x89PNG\r\n\x1a\n", ".svg": b"<"}
Share = Callable[[Path], str]

# Below the results folder; what matches no pattern stays out.
_TEXTS: tuple[tuple[str, Share], ...] = (
    *((f"{kind}/**/submission.csv", shareable.submission) for kind in ("experiments", "ensembles")),
    *(
        (f"{kind}/**/{name}", share)
        for kind in ("experiments", "ensembles", "external")
        for name, share in (
            ("results.json", shareable.results),
            ("summary.json", shareable.record),
            ("usage.json", shareable.record),
            ("errors.csv", shareable.table),
        )
    ),
    *(
        (f"{kind}/**/*.{ending}", share)
        for kind in ("tables", "compare", "sweeps")
        for ending, share in (("csv", shareable.table), ("json", shareable.record))
    ),
)
_PLOTS = tuple(f"{kind}/**/*" for kind in ("plots", "compare", "sweeps"))


def check_archive_name(path: Path) -> None:
    """Raise InputError unless the name says that it is a gzipped tar archive."""
    if not path.name.endswith(ENDINGS):
        raise InputError(str(path), "is no archive's name", f"end it in {' or '.join(ENDINGS)}")


def write_archive(path: Path, results: Path, others: Mapping[str, bytes]) -> list[str]:
    """Write an archive of a results tree's shareable files.

    Names are sorted; owners, modes and times are fixed; a list of hashes is added. Links are left
    out: they may lead out of the tree.

    Args:
        path: ends in `.tar.gz` or `.tgz`.
        results: the results tree.
        others: further content by its name in the archive.

    Returns:
        The names in the archive.

    Raises:
        InputError: a file that cannot be read, or another ending.
    """
    check_archive_name(path)
    content = {f"results/{name}": data for name, data in _shared(results)} | dict(others)
    sums = (f"{hashlib.sha256(content[name]).hexdigest()}  {name}\n" for name in sorted(content))
    content[SUMS] = "".join(sums).encode()
    top = path.name.removesuffix(".tar.gz").removesuffix(".tgz")
    write_bytes(path, gzip.compress(_tar(top, content), _LEVEL, mtime=0))
    return sorted(content)


def _shared(results: Path) -> Iterator[tuple[str, bytes]]:
    for pattern, share in _TEXTS:
        for path in _files(results, pattern):
            yield path.relative_to(results).as_posix(), share(path).encode()
    for pattern in _PLOTS:
        for path in _files(results, pattern):
            magic = _PICTURES.get(path.suffix)
            data = read_bytes(path) if magic is not None else b""
            if magic is not None and data.startswith(magic):
                yield path.relative_to(results).as_posix(), data


def _files(results: Path, pattern: str) -> Iterator[Path]:
    """Plain files that match, by path."""
    for path in sorted(results.glob(pattern)):
        if path.is_file() and path.resolve() == results.resolve() / path.relative_to(results):
            yield path


def _tar(top: str, content: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name in sorted(content):
            member = tarfile.TarInfo(f"{top}/{name}")
            member.size = len(content[name])
            member.mode = 0o644
            archive.addfile(member, io.BytesIO(content[name]))
    return packed.getvalue()

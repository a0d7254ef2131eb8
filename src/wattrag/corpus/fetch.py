"""Sources: the bytes a row of the sheet points at, checked and written in one piece."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from wattrag.corpus.content import check_content
from wattrag.datafiles.sheet import SheetRow
from wattrag.errors import InputError
from wattrag.files import replacing

MEGABYTE = 1_000_000


@dataclass(frozen=True)
class FetchLimits:
    """What one document may cost.

    Attributes:
        seconds: for everything, retries and waits included.
        megabytes: largest document accepted.
        attempts: tries of a download that fails for a reason that may pass.
        redirects: hops followed, to http and https only.
        longest_wait: seconds waited at most before the next try, whatever the server asks for.
    """

    seconds: float = 120.0
    megabytes: float = 200.0
    attempts: int = 4
    redirects: int = 5
    longest_wait: float = 30.0

    @property
    def max_bytes(self) -> int:
        """The size limit in bytes."""
        return int(self.megabytes * MEGABYTE)


def fetch(row: SheetRow, base: Path, target: Path, limits: FetchLimits) -> None:
    """Write the document of `row` to `target`.

    Args:
        row: its url is `http:`, `https:`, `file:`, or a path.
        base: the folder of the sheet, which relative paths start from (the working folder next).
        target: written atomically; nothing is left of a fetch that fails.
        limits: bounds of time and size.

    Raises:
        InputError: no such file or page, too large, or not what its extension promises.
        RunFailedError: the server or the network kept failing.
    """
    with replacing(target) as temporary:
        source = local_path(row, base)
        if source is None:
            from wattrag.corpus.http import download, shown

            where = f"{row.id} ({shown(row.url)})"
            download(row.url, temporary, limits, where)
        else:
            where = f"{row.id} ({source})"
            _copy(source, temporary, limits, where)
        check_content(temporary, row.extension, where)


def local_path(row: SheetRow, base: Path) -> Path | None:
    """The local file that `row` names, existing or not; None for a web address.

    Raises:
        InputError: a scheme other than http, https and file, or a file on another host.
    """
    parts = urlsplit(row.url)
    if parts.scheme in ("http", "https"):
        return None
    if parts.scheme == "file":
        if parts.netloc not in ("", "localhost"):
            raise InputError(f"{row.id} ({row.url})", "names a file on another host", "copy it")
        path = Path(unquote(parts.path))
    elif "://" in row.url:
        raise InputError(
            f"{row.id} ({row.url})",
            f"{parts.scheme!r} addresses are not supported",
            "use http, https, file or a path",
        )
    else:
        path = Path(row.url)
    candidates = [base / path, Path.cwd() / path]
    return next((c for c in candidates if c.is_file()), candidates[0])


def _copy(source: Path, target: Path, limits: FetchLimits, where: str) -> None:
    if not source.is_file():
        raise InputError(
            where, "no such file", "correct the url; web addresses begin with https://"
        )
    size = source.stat().st_size
    if size > limits.max_bytes:
        raise InputError(
            where,
            f"has {size / MEGABYTE:.0f} MB, the limit is {limits.megabytes:g} MB",
            "raise the limit or leave the document out",
        )
    try:
        shutil.copyfile(source, target)
    except OSError as error:
        raise InputError(where, error.strerror or "cannot be read", "check the file") from error

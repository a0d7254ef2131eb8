"""The images of a corpus's figures: one ZIP archive a document, which any viewer opens.

An archive is one file: it is there as a whole or not at all, and equal images make equal bytes.
An image is named after its node within the document, as `sec2-p17.jpg`.
"""

import re
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from wattrag.errors import InputError
from wattrag.files import replacing

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The date of all members: the archive's earliest."""
MAX_BYTES = 8_000_000
"""Of one image; a JPEG of our size has far less."""
_NODE = re.compile(r"sec\d{1,9}:p\d{1,9}")
_BAD = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError)


def write_images(path: Path, images: Mapping[str, bytes]) -> None:
    """Write the images of one document, by node id, atomically.

    Raises:
        InputError: an id that is no paragraph's.
    """
    named = {_member(node_id): data for node_id, data in images.items()}
    with replacing(path) as temporary, zipfile.ZipFile(temporary, "w") as archive:
        for name, data in sorted(named.items()):
            member = zipfile.ZipInfo(name, EPOCH)
            member.external_attr = 0o644 << 16
            archive.writestr(member, data)


class CorpusImages:
    """The images of a corpus, read when they are wanted."""

    def __init__(self, archives: Iterable[Path]) -> None:
        """Take the archives, each named after its document."""
        self._archives = {path.stem: path for path in archives}
        self._read: dict[str, bytes | None] = {}

    def get(self, document_id: str, node_id: str) -> bytes | None:
        """The image of a figure, or None if it has none.

        Raises:
            InputError: the document's archive cannot be read.
        """
        if node_id not in self._read:
            path = self._archives.get(document_id)
            self._read[node_id] = None if path is None else _image(path, node_id)
        return self._read[node_id]


def _image(path: Path, node_id: str) -> bytes | None:
    try:
        with zipfile.ZipFile(path) as archive:
            member = archive.NameToInfo.get(_member(node_id))
            if member is None:
                return None
            if member.file_size > MAX_BYTES:
                problem = f"{member.filename} has {member.file_size} bytes"
                raise InputError(str(path), problem, "delete the file; it is made again")
            return archive.read(member)
    except OSError as error:
        raise InputError(str(path), error.strerror or "cannot be read", "check it") from error
    except _BAD as error:
        cure = "delete the file; it is made again"
        raise InputError(str(path), f"is damaged ({error})", cure) from error


def _member(node_id: str) -> str:
    """The name of a figure's image: only its place in the document, which is digits."""
    place = node_id.partition(":")[2]
    if not _NODE.fullmatch(place):
        problem = f"'{node_id[:60]}' is no figure's id"
        raise InputError("figures", problem, "figures are paragraphs, as doc:sec0:p3")
    return f"{place.replace(':', '-')}.jpg"

"""`manifest.json`: what an index consists of. Replacing it is the only commit point of a build."""

from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from wattrag.errors import InputError
from wattrag.files import digest, file_digest, read_bytes, write_json

FORMAT = 2
"""Raise it when an index written before can no longer be read."""
MANIFEST = "manifest.json"
_CURE = "build the index again"
_PARTS = ("nodes", "rows", "text", "lexical")
"""What every index has; one with figures has `images` and `imagerows` besides."""
_NAME = r"[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*"
_PATH = rf"^((nodes|rows|text|imagerows|images)-\d{{6}}\.[a-z]+|lexical-\d{{6}}/{_NAME})$"


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _AnyFormat(BaseModel):
    """What manifests of all formats have."""

    format: int


class IndexFile(_Strict):
    """A file of the index, by its path within it."""

    path: str = Field(pattern=_PATH)
    size: int
    sha256: str


class Counts(_Strict):
    """What an index holds."""

    documents: int
    sections: int
    paragraphs: int
    sentences: int
    searched: int
    """Nodes that can be hits."""
    vectors: int
    images: int
    """Figures that can be found by their caption."""


class Manifest(_Strict):
    """Everything a reader must know before it opens the files."""

    format: int
    generation: int
    embedder: str
    """Key of the embedder that made the vectors."""
    dimensions: int
    dtype: Literal["f32", "f16", "i8"]
    paragraphs: Literal["averaged", "full", "both"]
    mode: Literal["exact", "hnsw"]
    recall_at_10: float | None
    """Of HNSW against exact search; null where the search is exact."""
    content_hash: str
    """Of all nodes and of every setting that determines a search result."""
    counts: Counts
    files: tuple[IndexFile, ...]
    digest: str = ""
    """SHA-256 of this manifest with this field empty."""

    def sealed(self) -> Self:
        """This manifest with its own digest filled in."""
        return self.model_copy(update={"digest": self._own_digest()})

    def _own_digest(self) -> str:
        return digest(self.model_dump(mode="json", exclude={"digest"}))

    @property
    def intact(self) -> bool:
        """Whether nobody changed this manifest since it was sealed."""
        return self.digest == self._own_digest()

    def file(self, stem: str) -> str:
        """Path within the index of the file or folder `stem` (`nodes`, `text`, …)."""
        first = next(f.path for f in self.files if f.path.startswith(f"{stem}-"))
        return first.split("/", maxsplit=1)[0]


def index_file(index: Path, path: Path) -> IndexFile:
    """Describe a file that lies in `index`."""
    name = path.relative_to(index).as_posix()
    return IndexFile(path=name, size=path.stat().st_size, sha256=file_digest(path))


def write_manifest(index: Path, manifest: Manifest) -> None:
    """Seal a manifest and put it in place, atomically."""
    write_json(index / MANIFEST, manifest.sealed().model_dump(mode="json"))


def read_manifest(index: Path) -> Manifest:
    """Read the manifest of an index.

    Raises:
        InputError: there is none, it was tampered with, or it is of another version.
    """
    path = index / MANIFEST
    if not path.is_file():
        raise InputError(str(index), f"is not an index: it has no {MANIFEST}", "build it first")
    content = read_bytes(path)
    try:
        found = _AnyFormat.model_validate_json(content).format
        if found != FORMAT:
            raise InputError(str(path), f"is of format {found}, not {FORMAT}", _CURE)
        manifest = Manifest.model_validate_json(content)
    except ValidationError as error:
        key = ".".join(map(str, error.errors()[0]["loc"])) or "file"
        raise InputError(str(path), f"{key}: {error.errors()[0]['msg']}", _CURE) from error
    if not manifest.intact:
        raise InputError(str(path), "was changed after it was written", _CURE)
    missing = set(_PARTS) - {file.path.partition("-")[0] for file in manifest.files}
    if missing:
        raise InputError(str(path), f"names no {min(missing)} file", _CURE)
    return manifest


def check_files(index: Path, manifest: Manifest) -> None:
    """Compare every file with its size and hash in the manifest.

    Raises:
        InputError: a file is missing, cut short or changed; it is named.
    """
    for entry in manifest.files:
        path = index / entry.path
        if not path.is_file():
            raise InputError(str(path), "is missing from the index", _CURE)
        size = path.stat().st_size
        if size != entry.size:
            raise InputError(str(path), f"has {size} bytes instead of {entry.size}", _CURE)
        if file_digest(path) != entry.sha256:
            raise InputError(str(path), "was changed after it was written", _CURE)

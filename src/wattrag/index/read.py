"""Opening an index: checked before anything is read from it."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np

from wattrag.config.settings import Lexical
from wattrag.errors import InputError
from wattrag.index.lexical import LexicalIndex, build_lexical, load_lexical
from wattrag.index.manifest import Manifest, check_files, read_manifest
from wattrag.index.nodes import read_nodes
from wattrag.index.searched import SearchedIndex
from wattrag.index.select import IndexedNode
from wattrag.index.vectors import VectorIndex, search_mode


class OpenIndex(SearchedIndex):
    """A checked index on disk; its parts are read when first used."""

    def __init__(self, path: Path, manifest: Manifest) -> None:
        self.path, self.manifest, self.name = path, manifest, str(path)
        self.embedder_key, self.dimensions = manifest.embedder, manifest.dimensions
        self._lexical: dict[Lexical, LexicalIndex] = {}

    @cached_property
    def nodes(self) -> Sequence[IndexedNode]:
        """All nodes, by row."""
        return read_nodes(self.path / self.manifest.file("nodes"))

    @cached_property
    def vectors(self) -> VectorIndex:
        """The vectors of the searched nodes."""
        return self._vectors("text", "rows")

    @cached_property
    def images(self) -> VectorIndex | None:
        """The vectors of the figures' captions; None if there are none."""
        return self._vectors("images", "imagerows") if self.manifest.counts.images else None

    def _vectors(self, file: str, rows_file: str) -> VectorIndex:
        rows = np.load(self.path / self.manifest.file(rows_file), allow_pickle=False)
        mode = search_mode(len(rows))
        found = VectorIndex(self.path / self.manifest.file(file), rows, mode)
        if found.dimensions != self.manifest.dimensions:
            problem = f"has {found.dimensions} dimensions, not {self.manifest.dimensions}"
            raise InputError(str(self.path), problem, "build the index again")
        return found

    def lexical(self, settings: Lexical) -> LexicalIndex:
        """The BM25 index for these settings: the stored one, or one made now and kept open."""
        if settings not in self._lexical:
            stored = self.path / self.manifest.file("lexical")
            self._lexical[settings] = (
                load_lexical(stored, self.nodes, settings)
                if settings == Lexical()
                else build_lexical(self.nodes, settings)
            )
        return self._lexical[settings]


def open_index(path: Path) -> OpenIndex:
    """Open an index.

    Raises:
        InputError: missing, of another version, tampered with, truncated or half deleted; the
            file at fault is named.
    """
    manifest = read_manifest(path)
    check_files(path, manifest)
    return OpenIndex(path, manifest)

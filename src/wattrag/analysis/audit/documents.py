"""Documents that no answer can cite, because they could not be read."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from wattrag.errors import InputError
from wattrag.files import read_json


def unread_documents(trees: Iterable[Path]) -> Iterator[tuple[str, str]]:
    """(document, reason) for each tree that only says why its document has no text.

    Such trees are what `on_bad_document: skip` leaves.
    """
    for path in trees:
        try:
            tree = read_json(path)
        except InputError as error:
            yield path.stem, error.problem
            continue
        metadata = tree.get("metadata") if isinstance(tree, dict) else None
        reason = metadata.get("error") if isinstance(metadata, dict) else None
        if reason:
            yield path.stem, str(reason)

"""The node store: one SQLite file, written once, read whole and without locks.

It needs no index: a row's number is its place, and an id is looked up among all nodes in memory.
"""

import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

from wattrag.errors import InputError
from wattrag.index.select import IndexedNode

_SCHEMA = """
CREATE TABLE nodes (
    row INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    document_id TEXT NOT NULL,
    parent INTEGER REFERENCES nodes(row),
    text TEXT NOT NULL,
    metadata TEXT NOT NULL,
    searched INTEGER NOT NULL
)
"""
_COLUMNS = "row, id, kind, document_id, parent, text, metadata, searched"


def write_nodes(path: Path, nodes: Iterable[IndexedNode]) -> None:
    """Write a new node store; `path` must not exist."""
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode = OFF")
        database.execute(_SCHEMA)
        database.executemany(
            f"INSERT INTO nodes ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
            (
                (
                    n.row,
                    n.id,
                    n.kind,
                    n.document_id,
                    n.parent,
                    n.text,
                    json.dumps(n.metadata, sort_keys=True),
                    n.searched,
                )
                for n in nodes
            ),
        )
        database.commit()


def read_nodes(path: Path) -> list[IndexedNode]:
    """All nodes of a store, by row.

    Raises:
        InputError: the file is no node store.
    """
    uri = f"file:{quote(str(path))}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(uri, uri=True)) as database:
            query = f"SELECT {_COLUMNS} FROM nodes ORDER BY row"  # noqa: S608
            return [_node(row) for row in database.execute(query)]
    except (sqlite3.Error, ValueError) as error:
        raise InputError(str(path), "is not a node store", "build the index again") from error


def _node(columns: tuple[Any, ...]) -> IndexedNode:
    row, node_id, kind, document_id, parent, text, metadata, searched = columns
    return IndexedNode(
        row=row,
        id=node_id,
        kind=kind,
        document_id=document_id,
        parent=parent,
        text=text,
        metadata=json.loads(metadata),
        searched=bool(searched),
    )

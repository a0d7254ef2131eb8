"""What the embedded questions ask for can be read in a node of the right document's tree."""

from functools import cache
from itertools import product
from pathlib import Path

import pytest

from tests.unit.test_example_corpus import (
    ANSWERED,
    EXAMPLE,
    POINTERS,
    SHEET,
    Row,
    compact,
    is_boolean,
    kind,
    occurs,
    refs,
    values,
)
from wattrag.corpus.parse import parse
from wattrag.corpus.tree import Node, nodes
from wattrag.datafiles.sheet import SheetRow

STATED = [row for row in ANSWERED if kind(row) not in {"figure", "math"} and not is_boolean(row)]
QUOTED = [row for row in ANSWERED if not row["supporting_materials"].startswith(POINTERS)]


@cache
def nodes_of(doc: str) -> list[Node]:
    """The paragraphs and sentences of a document."""
    entry = SHEET[doc]
    row = SheetRow(id=doc, title=entry["title"], url=entry["url"])
    found = nodes(parse(Path(EXAMPLE / entry["url"]), row))
    return [node for node in found if node.kind in {"paragraph", "sentence"}]


@pytest.mark.parametrize("row", STATED, ids=lambda row: str(row["id"]))
def test_every_value_is_in_a_sentence_of_each_document_it_refers_to(row: Row) -> None:
    for value, doc in product(values(row), refs(row)):
        sentences = [node.text for node in nodes_of(doc) if node.kind == "sentence"]
        assert any(occurs(value, text) for text in sentences), (value, doc)


@pytest.mark.parametrize("row", QUOTED, ids=lambda row: str(row["id"]))
def test_every_quote_is_in_one_paragraph(row: Row) -> None:
    for part in row["supporting_materials"].split(" / "):
        if not part.startswith(POINTERS):
            texts = [compact(node.text) for doc in refs(row) for node in nodes_of(doc)]
            assert any(compact(part) in text for text in texts), part

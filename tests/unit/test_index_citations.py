"""`use_citations`: title and citation stand in for the text of documents that have none."""

from pathlib import Path

from wattrag.corpus.tree import DocumentTree, Paragraph, Section, Sentence, write_tree
from wattrag.datafiles.sheet import SheetRow
from wattrag.index.build import build_index
from wattrag.index.citations import with_citations
from wattrag.index.read import open_index
from wattrag.store.vectors import VectorStore

from .small_index import SPEC, WordEmbedder

CITED = {"citation": "Birk, A. (2020). Halls.", "error": "is encrypted"}
UNREADABLE = DocumentTree(document_id="birk", title="Water of Halls", metadata=CITED)
READABLE = DocumentTree(
    document_id="ash",
    title="Power",
    metadata={"citation": "Ash (2021)"},
    sections=(Section(title="One", paragraphs=(Paragraph(text="Power is used."),)),),
)
MISSING = SheetRow(id="cedar", title="Carbon", url="none.pdf", citation="Cedar (2022)")


def _texts(tree: DocumentTree) -> list[str]:
    return [p.text for section in tree.sections for p in section.paragraphs]


def test_only_documents_without_text_are_replaced() -> None:
    kept, replaced = with_citations([UNREADABLE, READABLE])
    assert kept == READABLE
    assert _texts(replaced) == ["Water of Halls\nBirk, A. (2020). Halls."]
    assert replaced.metadata == UNREADABLE.metadata


def test_rows_without_a_tree_become_documents() -> None:
    trees = with_citations([READABLE], [SheetRow("ash", "Other", "a.pdf"), MISSING])
    assert [tree.document_id for tree in trees] == ["ash", "cedar"]
    assert _texts(trees[1]) == ["Carbon\nCedar (2022)"]


def test_a_document_of_references_alone_is_cited() -> None:
    listed = Paragraph(text="[1] Ash. Power.", metadata={"role": "references"})
    tree = READABLE.model_copy(
        update={"sections": (Section(title="References", paragraphs=(listed,)),)}
    )
    assert _texts(with_citations([tree])[0]) == ["Power\nAsh (2021)"]


def test_a_document_of_unread_scans_is_cited() -> None:
    text = "Page 1 has no text layer."
    page = Paragraph(text=text, metadata={"scanned": True}, sentences=(Sentence(text=text),))
    tree = READABLE.model_copy(update={"sections": (Section(title="Power", paragraphs=(page,)),)})
    assert _texts(with_citations([tree])[0]) == ["Power\nAsh (2021)"]


def test_nothing_to_cite_leaves_the_tree_as_it_is() -> None:
    bare = DocumentTree(document_id="birk", title="")
    assert with_citations([bare]) == [bare]


def test_citations_are_found_in_the_index_only_if_wanted(tmp_path: Path) -> None:
    paths = [tmp_path / "trees" / f"{tree.document_id}.json" for tree in (UNREADABLE, READABLE)]
    for path, tree in zip(paths, (UNREADABLE, READABLE), strict=True):
        write_tree(path, tree)
    hashes = []
    for wanted in (False, True):
        spec = SPEC.model_copy(update={"use_citations": wanted})
        with VectorStore(tmp_path / "store") as store:
            build_index(paths, tmp_path / "index", spec, WordEmbedder(), store, rows=[MISSING])
        index = open_index(tmp_path / "index")
        hashes.append(index.manifest.content_hash)
        found = {node.text for node in index.nodes if node.searched}
        assert ("Birk, A. (2020). Halls." in found) == wanted
        assert ("Cedar (2022)" in found) == wanted
        assert index.manifest.counts.documents == (3 if wanted else 2)
    assert hashes[0] != hashes[1]

"""`use_citations`: where a document's text is missing, its title and citation stand in for it."""

from collections.abc import Iterable, Sequence

from wattrag.corpus.tree import DocumentTree, Metadata, Paragraph, Section, Sentence
from wattrag.datafiles.sheet import SheetRow
from wattrag.index.select import indexed_nodes


def with_citations(
    trees: Iterable[DocumentTree], rows: Sequence[SheetRow] = ()
) -> list[DocumentTree]:
    """The trees, those without searchable text replaced, and more for rows that have no tree.

    Args:
        trees: parsed documents, each of which carries its row's title and citation.
        rows: of the sheet; documents that are not among the trees are added.

    Returns:
        One tree a document, ordered by document id. What stands in is one paragraph with
        `metadata.citation_only`; a document without title and citation stays as it is.
    """
    found = {tree.document_id: tree for tree in trees}
    for row in rows:
        if row.id not in found:
            metadata: Metadata = {"url": row.url, "citation": row.citation}
            found[row.id] = DocumentTree(document_id=row.id, title=row.title, metadata=metadata)
    return [_or_citation(found[document_id]) for document_id in sorted(found)]


def _or_citation(tree: DocumentTree) -> DocumentTree:
    if any(node.searched for node in indexed_nodes([tree])):
        return tree
    citation = str(tree.metadata.get("citation") or "")
    lines = [line for line in dict.fromkeys((tree.title, citation)) if line.strip()]
    if not lines:
        return tree
    paragraph = Paragraph(
        text="\n".join(lines),
        metadata={"citation_only": True},
        sentences=tuple(Sentence(text=line) for line in lines),
    )
    section = Section(title=tree.title, paragraphs=(paragraph,))
    return tree.model_copy(update={"sections": (section,), "text": paragraph.text})

"""`wattrag evidence`: the page that a node was read from, with the node marked."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wattrag.cli.options import IndexArgument
from wattrag.errors import InputError
from wattrag.files import file_digest, write_bytes

if TYPE_CHECKING:
    from wattrag.index.select import IndexedNode


def evidence(
    index: IndexArgument,
    node_id: Annotated[str, typer.Argument(metavar="NODE", help="Paragraph or sentence id.")],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="PNG", help="Image to write.")],
    *,
    pdf: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The document, if it is not found.")
    ] = None,
    dpi: Annotated[int, typer.Option(min=20, max=600, help="Resolution of the image.")] = 150,
) -> None:
    """Draw the page of a PDF that a node was read from, with the node marked."""
    from wattrag.corpus.evidence import draw_places, places_of
    from wattrag.index.read import open_index

    opened = open_index(index)
    node = opened.node(node_id)
    where = f"{index} node '{node_id}'"
    places = places_of(node.metadata, where)
    document = opened.node(node.document_id)
    source = pdf or _find_source(index, document)
    _check_unchanged(source, document)
    turned = document.metadata.get("turned_pages", {})
    image = draw_places(source, places, {int(page): turn for page, turn in turned.items()}, dpi)
    write_bytes(output, image)


def _find_source(index: Path, document: "IndexedNode") -> Path:
    """The file that a document was parsed from, where it is found.

    Raises:
        InputError: it is not where it was, nor among the sources that a study fetched.
    """
    candidates = list(_candidates(index, document))
    known = document.metadata.get("sha256")
    existing = [path for path in candidates if path.is_file()]
    for path in existing:
        if known is None or file_digest(path) == known:
            return path
    if existing:
        return existing[0]
    looked = ", ".join(map(str, candidates[:2]))
    raise InputError(
        f"document '{document.id}'", f"its PDF is not found (not at {looked})", "give it by --pdf"
    )


def _candidates(index: Path, document: "IndexedNode") -> Iterator[Path]:
    """Where the PDF may be: at the path in the tree, or in the study that the index is of."""
    url = str(document.metadata.get("url") or "")
    if url and "://" not in url:
        yield Path(url)
    results = index.resolve().parent.parent
    yield from sorted(results.glob(f"sources/*/{document.id}.pdf"))
    yield Path("results/sources") / "*" / f"{document.id}.pdf"


def _check_unchanged(source: Path, document: "IndexedNode") -> None:
    if not source.is_file():
        raise InputError(str(source), "no such file", "give the document by --pdf")
    known = document.metadata.get("sha256")
    if known is not None and file_digest(source) != known:
        problem = f"is not the file that document '{document.id}' was parsed from"
        raise InputError(str(source), problem, "parse it again, or give the right one by --pdf")

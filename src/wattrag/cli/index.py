"""`wattrag index`: build an index, look at it, write notes on its nodes."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from wattrag.cli.common import print_columns, print_json
from wattrag.cli.options import DEFAULT_STORE, IndexArgument, JsonOption, StoreOption
from wattrag.config.problems import first_problem, nearest
from wattrag.config.settings import Index
from wattrag.errors import InputError

app = typer.Typer(help="Build an index over document trees, and look at it.")


@app.command()
def build(
    trees: Annotated[Path, typer.Argument(metavar="TREE_DIR", help="Folder of *.json trees.")],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="INDEX", help="Folder of the index.")
    ],
    *,
    embedder: Annotated[str, typer.Option(help="An embedder of models.yaml.")] = "minilm",
    dtype: Annotated[str, typer.Option(help="f32, f16 or i8.")] = "f16",
    paragraphs: Annotated[str, typer.Option(help="averaged, full or both.")] = "averaged",
    jobs: Annotated[int, typer.Option(min=1, help="Processes that embed a large corpus.")] = 1,
    citations: Annotated[
        Path | None,
        typer.Option(metavar="SHEET", help="metadata.csv: cite documents that have no text."),
    ] = None,
    store: StoreOption = DEFAULT_STORE,
    as_json: JsonOption = False,
) -> None:
    """Build an index of all trees in a folder, or bring it up to date."""
    from wattrag.datafiles.sheet import read_sheet
    from wattrag.index.build import build_index
    from wattrag.llm.embedders.embedding import load_embedder
    from wattrag.store.vectors import VectorStore
    from wattrag.study.load import declared_models

    spec = _spec(
        embedder=embedder,
        dtype=dtype,
        paragraphs=paragraphs,
        use_citations=citations is not None,
    )
    rows = () if citations is None else read_sheet(citations)
    registry = declared_models()
    if embedder not in registry:
        raise InputError(
            f"--embedder {embedder}", "is not declared", nearest(embedder, list(registry))
        )
    if not trees.is_dir():
        raise InputError(str(trees), "is not a folder", "name the folder of the trees")
    chosen = load_embedder(registry[embedder])
    paths = sorted(trees.glob("*.json"))
    if not paths:
        raise InputError(str(trees), "holds no trees (*.json)", "make them with `wattrag parse`")
    with VectorStore(store) as vectors:
        done = build_index(paths, output, spec, chosen, vectors, rows=rows, workers=jobs)
    counts = done.counts.model_dump()
    shown = asdict(done)
    if as_json:
        print_json(shown | {"counts": counts})
    else:
        _print_fields(counts | {name: v for name, v in shown.items() if name != "counts"})


@app.command()
def stats(index: IndexArgument, as_json: JsonOption = False) -> None:
    """Check every file of an index and show what it holds."""
    from wattrag.index.read import open_index

    manifest = open_index(index).manifest
    shown = manifest.model_dump(mode="json", exclude={"files", "digest"})
    shown["bytes"] = sum(file.size for file in manifest.files)
    if as_json:
        print_json(shown)
    else:
        _print_fields({**shown.pop("counts"), **shown})


@app.command()
def inspect(
    index: IndexArgument,
    node_id: Annotated[str, typer.Argument(metavar="NODE", help="Node id, as doc:sec0:p0:s0.")],
    note: Annotated[
        str | None, typer.Option("--add-note", metavar="TEXT", help="Add a note on the node.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Show a node, its parent, its children and the notes on it."""
    from wattrag.index.notes import add_note, read_notes
    from wattrag.index.read import open_index

    opened = open_index(index)
    node = opened.node(node_id)
    if note is not None:
        add_note(index, node_id, note)
    shown = {
        "node_id": node.id,
        "kind": node.kind,
        "document_id": node.document_id,
        "parent": None if node.parent is None else opened.nodes[node.parent].id,
        "children": [n.id for n in opened.nodes if n.parent == node.row],
        "searched": node.searched,
        "metadata": node.metadata,
        "text": node.text,
        "notes": [n.text for n in read_notes(index, node_id)],
    }
    if as_json:
        print_json(shown)
    else:
        _print_fields(shown)


def _spec(**given: Any) -> Index:
    try:
        return Index(corpus="trees", **given)
    except ValidationError as error:
        raise InputError("index build", *first_problem(error, Index)) from error


def _print_fields(fields: dict[str, Any]) -> None:
    """Print one field a line; unknown ones are left out."""
    known = {name: value for name, value in fields.items() if value is not None}
    print_columns(["field", "value"], [[name, _cell(value)] for name, value in known.items()])


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return " ".join(str(value).split())

"""Build the PDFs of the example corpus from their sources.

The same sources give the same bytes, so a rebuild changes a file only if its source changed:

    python resources/example/build.py [--out DIR] [ID ...]
"""

from __future__ import annotations

import argparse
from pathlib import Path

from typeset.document import build_pdf

HERE = Path(__file__).resolve().parent


def main() -> None:
    """Write `<out>/<id>.pdf` for the named documents, or for all of them."""
    parser = argparse.ArgumentParser(description="Build the PDFs of the example corpus.")
    parser.add_argument("--out", type=Path, default=HERE / "pdfs", help="folder for the PDFs")
    parser.add_argument("ids", nargs="*", help="documents to build (default: all)")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for source in sorted((HERE / "sources").glob("*.md")):
        if _is_document(source) and (not options.ids or source.stem in options.ids):
            (options.out / f"{source.stem}.pdf").write_bytes(build_pdf(source))


def _is_document(source: Path) -> bool:
    """Sources such as `name.scan.md` are parts of another document."""
    return "." not in source.stem


if __name__ == "__main__":
    main()

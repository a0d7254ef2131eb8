"""The document sheet (`metadata.csv`): one row per document of a source."""

from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from wattrag.datafiles.ids import check_document_id
from wattrag.datafiles.table import Row, check_unique, read_table
from wattrag.errors import InputError

EXTENSIONS = {".pdf": "pdf", ".md": "md", ".markdown": "md", ".txt": "txt", ".text": "txt"}


@dataclass(frozen=True)
class SheetRow:
    """One document: `id` names it everywhere, `url` is where its bytes come from."""

    id: str
    title: str
    url: str
    type: str = ""
    year: str = ""
    citation: str = ""

    @property
    def extension(self) -> str:
        """`pdf`, `md` or `txt`, from the url; what names no known type is taken for a PDF."""
        path = self.url if "://" not in self.url else urlsplit(self.url).path
        return EXTENSIONS.get(PurePosixPath(path).suffix.lower(), "pdf")

    def as_dict(self) -> dict[str, str]:
        """The row as plain strings, for params and metadata."""
        return asdict(self)


def read_sheet(path: Path, limit: int | None = None) -> tuple[SheetRow, ...]:
    """Read a document sheet.

    Args:
        path: CSV with the columns `id, title, url` and optionally `type, year, citation`.
        limit: keep the first `limit` rows, for trial runs.

    Raises:
        InputError: missing columns, no rows, a duplicate or unusable id, an empty or broken url.
    """
    table = read_table(path, required=("id", "title", "url"))
    rows = tuple(_document(row) for row in table.rows)
    if not rows:
        raise InputError(str(path), "lists no documents", "add at least one row")
    check_unique(table.rows, "id")
    return rows[:limit]


def _document(row: Row) -> SheetRow:
    check_document_id(row["id"].strip(), row.where)
    url = row["url"].strip()
    if not url:
        raise InputError(row.where, "empty url", "give a http(s) or file url, or a path")
    try:
        urlsplit(url)
    except ValueError as error:
        raise InputError(row.where, f"url {url[:60]!r} is none ({error})", "mend it") from error
    fields = ("id", "title", "type", "year", "citation")
    return SheetRow(url=url, **{f: " ".join(row.get(f).split()) for f in fields})

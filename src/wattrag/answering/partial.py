"""A submission that can be read while it grows, and is complete and in order at the end."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from wattrag.answering.records import AnswerRecord
from wattrag.answering.submission import submission_row, submission_rows
from wattrag.datafiles.submission import COLUMNS, write_submission
from wattrag.errors import InputError


class GrowingSubmission:
    """Appends a row per finished record to `{name}.part`; see `growing_submission`."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._out = path.open("w", encoding="utf-8", newline="")
        self._writer = csv.writer(self._out, lineterminator="\n", quoting=csv.QUOTE_ALL)
        self._writer.writerow(COLUMNS)
        self._out.flush()
        self.records: list[AnswerRecord] = []

    def add(self, record: AnswerRecord) -> None:
        """Append the row of a finished record; an error record has none."""
        self.records.append(record)
        row = submission_row(record)
        if row is not None:
            self._writer.writerow([getattr(row, column) for column in COLUMNS])
            self._out.flush()

    def close(self) -> None:
        """Close the growing file."""
        self._out.close()


@contextmanager
def growing_submission(path: Path, order: list[str]) -> Iterator[GrowingSubmission]:
    """Collect records as they finish; at the end `path` holds their rows in the order given.

    Args:
        path: the submission. While rows come in they stand in `{path}.part`, which is left where
            the block fails, and removed once `path` is written.
        order: question ids in the question file's order.

    Raises:
        InputError: `path` is a folder.
    """
    if path.is_dir():
        raise InputError(str(path), "is a folder", "name a file")
    part = path.with_name(path.name + ".part")
    growing = GrowingSubmission(part)
    try:
        yield growing
    finally:
        growing.close()
    place = {question_id: i for i, question_id in enumerate(order)}
    records = sorted(growing.records, key=lambda record: place[record.id])
    write_submission(path, submission_rows(records))
    part.unlink()

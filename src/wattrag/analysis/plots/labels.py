"""What an experiment is called in a plot: short, but no two alike."""

import textwrap
from collections import Counter
from collections.abc import Mapping, Sequence

LINES = 2
ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"
_DETAILS = ("pipeline", "precision", "run", "env")

Cells = Mapping[str, str]


def labels(rows: Sequence[Cells], line: int) -> list[str]:
    """Labels of leaderboard rows: the model, and of its settings those that differ between rows.

    Ensembles and other systems keep their name. Labels that would be alike give way to names.

    Args:
        rows: of `leaderboard.csv`.
        line: characters a line; a label has two lines at most.
    """
    single = [row for row in rows if row["type"] == "single"]
    told = [d for d in _DETAILS if len({row.get(d, "") for row in single}) > 1]
    short = [_label(row, told) for row in rows]
    uses = Counter(short)
    full = [row["name"] if uses[s] > 1 else s for row, s in zip(rows, short, strict=True)]
    return _distinct([fitted(label, line) for label in full])


def fitted(label: str, line: int) -> str:
    """The label on at most two lines of `line` characters; what is too long loses its middle."""
    text = " ".join("".join(c if c.isprintable() else " " for c in label).split())
    longest = LINES * line
    while len(lines := textwrap.wrap(text, line)) > LINES:
        longest -= 1
        half = (longest - 1) // 2
        text = f"{text[:half]}{ELLIPSIS}{text[-half:]}"
    return "\n".join(lines)


def _label(row: Cells, details: Sequence[str]) -> str:
    if row["type"] != "single" or not row.get("model"):
        return row["name"]
    shown = {detail: row.get(detail, "") for detail in details}
    if shown.get("precision") == "none":  # models without weights have none to tell
        del shown["precision"]
    if "run" in shown:
        shown["run"] = f"run {shown['run']}"
    return ", ".join(part for part in (row["model"], *shown.values()) if part)


def _distinct(fitted_labels: Sequence[str]) -> list[str]:
    """Alike even so, because only their middles differ: numbered."""
    uses, seen = Counter(fitted_labels), Counter[str]()
    found = []
    for label in fitted_labels:
        seen[label] += 1
        found.append(f"{label} ({seen[label]})" if uses[label] > 1 else label)
    return found

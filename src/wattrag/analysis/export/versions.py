"""Exact versions: models with their revisions, prompts, indexes, and the software."""

from collections.abc import Iterator, Sequence

from wattrag.analysis.export.blocks import Block, Grid, Page, Paragraph
from wattrag.analysis.export.facts import Facts

UNKNOWN = "not recorded"
_MODEL = ("provider", "model_id", "revision", "precision", "engine")
_MADE_WITH = ("prompt", "index", "config", "code")
_SHOWN = 4  # experiments that are named beside a version; of more, the number


def versions_page(facts: Sequence[Facts], exporter: str) -> Page:
    """A page with all versions that the experiments recorded.

    Args:
        facts: one for each experiment.
        exporter: the version of this program, which made the tables.
    """
    made = [one for one in facts if one.answered_by_model]
    blocks: list[Block] = [
        Paragraph(f"Tables were made by wattrag {exporter}. What a run did not record is said."),
        Grid(
            label="models",
            caption="Models and what they were run with; hashes by their first characters.",
            columns=(
                *("System", "Machine", "Provider", "Model", "Revision", "Precision", "Engine"),
                *("Prompt", "Index", "Configuration", "Code", "Run", "Seed"),
            ),
            rows=tuple(_model_row(one) for one in made),
        ),
        Grid(
            label="packages",
            caption="Software, as recorded when the questions were answered.",
            columns=("Package", "Version", "Systems"),
            rows=tuple(_package_rows(made)),
        ),
    ]
    return Page("versions", "Versions", blocks)


def _model_row(one: Facts) -> tuple[str, ...]:
    model = (one.model.get(key) for key in _MODEL)
    made_with = (getattr(one, key) for key in _MADE_WITH)
    cells = (*model, *made_with, one.run, one.seed)
    return (one.name, one.env, *(cell or UNKNOWN for cell in cells))


def _package_rows(facts: Sequence[Facts]) -> Iterator[tuple[str, str, str]]:
    """A row for each version of each package, with those who had it."""
    users: dict[tuple[str, str], list[str]] = {}
    for one in facts:
        own = {"wattrag": one.wattrag, "python": one.python, **one.packages}
        for name, version in own.items():
            users.setdefault((name, version or UNKNOWN), []).append(one.name)
    first = ("wattrag", "python")
    for name, version in sorted(users, key=lambda key: (key[0] not in first, *key)):
        yield name, version, _who(users[name, version], len(facts))


def _who(names: Sequence[str], total: int) -> str:
    if len(names) == total:
        return "all"
    return ", ".join(names) if len(names) <= _SHOWN else f"{len(names)} of {total}"

"""How well a retriever found the evidence of a datafile: `{planner}.metrics.json`."""

from collections.abc import Iterable
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from wattrag.errors import InputError
from wattrag.files import read_json, write_json
from wattrag.retrieval.metrics import QuestionMetrics
from wattrag.scoring.retrieval import estimates


class RetrieverMetrics(BaseModel):
    """The metrics of a retriever and planner on every question of a datafile."""

    model_config = ConfigDict(frozen=True)

    retriever: str
    planner: str
    questions: tuple[QuestionMetrics, ...]

    @property
    def name(self) -> str:
        """The retriever, with its planner if it has one."""
        return self.retriever if self.planner == "none" else f"{self.retriever}/{self.planner}"


def write_metrics(path: Path, metrics: RetrieverMetrics) -> None:
    """Write the metrics of every question, and their means with 95 % intervals."""
    means = {metric: found.as_dict() for metric, found in estimates(metrics.questions).items()}
    write_json(path, {**metrics.model_dump(mode="json"), "means": means})


def read_metrics(paths: Iterable[Path]) -> list[RetrieverMetrics]:
    """Read what `write_metrics` wrote.

    Raises:
        InputError: a file does not fit; it is named.
    """
    return [_read(path) for path in paths]


def _read(path: Path) -> RetrieverMetrics:
    try:
        return RetrieverMetrics.model_validate(read_json(path))
    except ValidationError as error:
        key = ".".join(map(str, error.errors()[0]["loc"]))
        raise InputError(str(path), f"{key}: is no retrieval metric", "make it again") from error

"""What all configuration models share."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict

from wattrag.datafiles.ids import check_document_id
from wattrag.errors import InputError


class Config(BaseModel):
    """A frozen section of the configuration; unknown keys are errors."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", use_attribute_docstrings=True, allow_inf_nan=False
    )


def _path_safe(value: str) -> str:
    try:
        return check_document_id(value, "name")
    except InputError as error:
        raise ValueError(f"{error.problem}; {error.cure}") from error


def as_text(value: object) -> object:
    """A whole number as the text it was written as; all else as it is."""
    # Snakemake reads `--config env=7` as a number.
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Name = Annotated[str, BeforeValidator(as_text), AfterValidator(_path_safe)]
"""A name that becomes a folder of the results tree."""

"""Ad-hoc models: named where they are used, `provider:id` or `provider:id@commit`, in no file."""

import re
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

from wattrag.config.base import as_text
from wattrag.config.weights import COMMIT
from wattrag.datafiles.ids import check_document_id
from wattrag.errors import InputError

_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._+:-]*")
_CURE = "use letters, digits, '.', '_', '+', '-', ':' and single '/', or declare it in models.yaml"
_COMMIT_CURE = "after '@' write the 40 hex digits of a commit"


@dataclass(frozen=True)
class AdHoc:
    """A model as it was written."""

    provider: str
    model_id: str
    revision: str | None = None
    """A commit, where one was written."""

    @property
    def name(self) -> str:
        """What it is called in the results: the id, with `--` for `/` and `-` for `:`.

        Raises:
            InputError: that cannot be a folder.
        """
        where = f"model '{self.provider}:{self.model_id[:60]}'"
        parts = self.model_id.split("/")
        if not all(_PART.fullmatch(part) and not part.endswith(".") for part in parts):
            problem = f"id {self.model_id[:60]!r} cannot name a folder"
            raise InputError(where, problem, _COMMIT_CURE if "@" in self.model_id else _CURE)
        return check_document_id("--".join(parts).replace(":", "-"), where)


def read_adhoc(text: str) -> AdHoc | None:
    """The ad-hoc model that `text` names; None if it is a name of `models.yaml`."""
    provider, colon, rest = text.partition(":")
    if not colon:
        return None
    model_id, _, commit = rest.rpartition("@")
    if model_id and COMMIT.fullmatch(commit):
        return AdHoc(provider, model_id, commit)
    return AdHoc(provider, rest)


def model_name(text: str) -> str:
    """What a model is called in the results: the `{model}` of its folders.

    Args:
        text: a name of `models.yaml`, or an ad-hoc model.

    Raises:
        InputError: it cannot be a folder.
    """
    found = read_adhoc(text)
    return check_document_id(text, "name") if found is None else found.name


def _checked(text: str) -> str:
    try:
        model_name(text)
    except InputError as error:
        raise ValueError(f"{error.problem}; {error.cure}") from error
    return text


ModelName = Annotated[str, BeforeValidator(as_text), AfterValidator(_checked)]
"""A chat model as a study names it, by `models.yaml` or ad hoc."""

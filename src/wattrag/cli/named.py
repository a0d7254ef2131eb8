"""The models that a command names: declared ones, and ad-hoc ones (`provider:id`)."""

from typing import TYPE_CHECKING

from wattrag.config.adhoc import model_name
from wattrag.config.problems import nearest
from wattrag.errors import InputError

if TYPE_CHECKING:
    from wattrag.config.declared import DeclaredModel
    from wattrag.config.models import Registry


def models_named(*written: str) -> "Registry":
    """The declared models and the ad-hoc ones among `written`.

    Raises:
        InputError: an ad-hoc model that is none or is not pinned, or two of one name.
    """
    from wattrag.llm.weights.adhoc import with_adhoc
    from wattrag.study.load import declared_models

    return with_adhoc(declared_models(), written, "models")


def model_named(written: str) -> "tuple[str, DeclaredModel]":
    """The name and the entry of the model that `--model` names.

    Raises:
        InputError: it is not declared (the nearest is named), or is no ad-hoc model.
    """
    registry = models_named(written)
    name = model_name(written)
    if name not in registry:
        raise InputError(f"--model {written}", "is not declared", nearest(written, list(registry)))
    return name, registry[name]

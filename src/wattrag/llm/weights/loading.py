"""Finding and loading weights that run on this machine: never online, always pinned."""

import os
from collections.abc import Callable, Sequence
from importlib import import_module, resources
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from wattrag.errors import InputError
from wattrag.hardware.lease import hold_gpus

if TYPE_CHECKING:
    import torch

    from wattrag.config.weights import LocalWeights, Weights

_Model = TypeVar("_Model")


def check_pinned(entry: "Weights") -> None:
    """Make sure that the owner of a hub repository cannot change a result.

    Raises:
        InputError: a hub model without a commit.
    """
    if not entry.pinned:
        problem = f"the hub model '{entry.model_id}' is not pinned, its owner may change it"
        cure = "set `revision` in models.yaml to the 40 hex digits of a commit of its repository"
        raise InputError(entry.name, problem, cure)


def device_of(entry: "Weights") -> str:
    """The kind of device that computes: `cpu`, `cuda` or `mps`. Only `auto` imports torch."""
    if entry.device != "auto":
        return entry.device
    import torch

    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def numerics_of(entry: "LocalWeights") -> dict[str, object]:
    """What decides a result's last bits here."""
    return {**entry.numerics, "device": device_of(entry)}


def load_weights(entry: "LocalWeights", load: "Callable[..., _Model]") -> _Model:
    """Load a sentence-transformers model as its entry says.

    Args:
        entry: where from, on which device, in which number format.
        load: the class; called with the location and the arguments that all of them take.

    Raises:
        InputError: not pinned, not installed, not fetched, or no such device here.
    """
    check_pinned(entry)
    device = checked_device(entry)
    try:
        return load(
            location(entry),
            device=device,
            revision=entry.revision if entry.model_id is not None else None,
            trust_remote_code=entry.trust_remote_code,
            local_files_only=True,
            model_kwargs={"dtype": _dtype(entry)},
        )
    except OSError as error:
        cure = "install its package, or fetch its weights first"
        raise InputError(entry.name, "its weights are not here", cure) from error
    except ValueError as error:
        if entry.trust_remote_code or "trust_remote_code" not in str(error):
            raise
        cure = "read that code, then set `trust_remote_code: true` and pin `revision`"
        raise InputError(entry.name, "comes with code of its own", cure) from error
    except ImportError as error:
        problem = f"its code needs the package '{error.name or error}'"
        raise InputError(entry.name, problem, "install it") from error


def prepare(entry: "LocalWeights") -> None:
    """Set up the embedders' libraries, before their first use: one thread on a CPU, too.

    Raises:
        InputError: a library is missing.
    """
    hold_gpus(entry.gpus)
    prepare_libraries(entry, ("sentence_transformers", "torch", "transformers"), "example")
    if device_of(entry) == "cpu":
        import torch

        torch.set_num_threads(1)


def prepare_libraries(entry: "Weights", packages: Sequence[str], extra: str) -> None:
    """Import libraries for the first time: offline and quiet.

    Args:
        entry: who needs them.
        packages: their names, `transformers` among them.
        extra: of wattrag, that brings them.

    Raises:
        InputError: a library is missing.
    """
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    try:
        for package in packages:
            import_module(package)
        from transformers.utils import logging
    except ImportError as error:
        cure = f"install the extra `wattrag[{extra}]`"
        raise InputError(entry.name, f"needs the package '{error.name}'", cure) from error
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]


def location(entry: "Weights") -> str:
    """The folder of the weights, or the hub id."""
    if entry.path is not None:
        if not Path(entry.path).is_dir():
            raise InputError(entry.name, f"there is no folder '{entry.path}'", "correct `path`")
        return entry.path
    if entry.package is None:
        return entry.model_id or ""
    try:
        return str(resources.files(entry.package) / "model")
    except ModuleNotFoundError as error:
        cure = f"install {entry.package.replace('_', '-')}"
        problem = f"the package '{entry.package}' is missing"
        raise InputError(entry.name, problem, cure) from error


def weights_here(entry: "Weights") -> bool:
    """Whether the weights of a folder or of the hub lie on this machine."""
    if entry.path is not None:
        return Path(entry.path).is_dir()
    try:
        from huggingface_hub import try_to_load_from_cache
    except ImportError:
        return False
    found = try_to_load_from_cache(entry.model_id or "", "config.json", revision=entry.revision)
    return isinstance(found, str)


def checked_device(entry: "Weights") -> str:
    """The kind of device that computes, and is here.

    Raises:
        InputError: no such device here.
    """
    import torch

    device = device_of(entry)
    gone = {
        "cuda": not torch.cuda.is_available(),
        "mps": not torch.backends.mps.is_available(),
    }
    if gone.get(device, False):
        cure = "set `device` to cpu or auto in models.yaml"
        raise InputError(entry.name, f"wants the device '{device}', which is not here", cure)
    return device


def _dtype(entry: "LocalWeights") -> "torch.dtype":
    import torch

    return {"fp32": torch.float32, "fp16": torch.float16, "bf16": torch.bfloat16}[entry.dtype]

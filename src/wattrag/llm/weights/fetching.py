"""Downloading weights ahead; jobs never go online themselves."""

import os
from pathlib import Path
from typing import Any

from wattrag.config.chat import OpenAIModel
from wattrag.config.declared import DeclaredModel
from wattrag.config.local_chat import LlamaCppModel
from wattrag.config.weights import Weights
from wattrag.errors import InputError, RunFailedError
from wattrag.llm.weights.adhoc import cached_commit

_SKIPPED = ["original/*", "*.gguf", "*.onnx", "onnx/*", "openvino/*", "*.h5", "*.msgpack", "*.bin"]
"""Other formats of the same weights; taken only where there is no other."""


def is_fetchable(entry: DeclaredModel) -> bool:
    """Whether an entry's weights come from the hub."""
    return _repository(entry) is not None


def fetch_weights(name: str, entry: DeclaredModel) -> Path:
    """Download an entry's weights at its commit, unless they are here already.

    An ad-hoc model may name no commit: the cache's is taken, else the newest, which the cache then
    holds as the repository's `main` (`wattrag.llm.weights.adhoc` pins the model to it).

    Where to is the hub's own affair: `HF_HOME`; a gated model's token is `HF_TOKEN`.

    Args:
        name: of the entry, for messages.
        entry: of `models.yaml`, or ad hoc.

    Returns:
        The folder or the file.

    Raises:
        InputError: nothing to fetch, no such repository or commit, or no access to it.
        RunFailedError: the download did not succeed; what has come is kept.
    """
    found = _repository(entry)
    if found is None:
        raise InputError(f"model '{name}'", "has no weights on the hub", "name another")
    os.environ.pop("HF_HUB_OFFLINE", None)
    try:
        import huggingface_hub
    except ImportError as error:
        cure = "install the extra `wattrag[local]`"
        raise InputError(f"model '{name}'", "needs the package 'huggingface_hub'", cure) from error
    repository, revision = found
    revision = revision or cached_commit(repository)
    try:
        return Path(_download(huggingface_hub, entry, repository, revision))
    except Exception as error:
        raise _failure(name, repository, error) from error


def _repository(entry: DeclaredModel) -> tuple[str, str | None] | None:
    """Repository and commit; None where the weights come from elsewhere."""
    served = isinstance(entry, OpenAIModel) and entry.serve == "vllm" and entry.path is None
    if served or isinstance(entry, Weights | LlamaCppModel):
        model_id = getattr(entry, "model_id", None)
        return None if model_id is None else (model_id, getattr(entry, "revision", None))
    return None


def _download(hub: Any, entry: DeclaredModel, repository: str, revision: str | None) -> str:
    if isinstance(entry, LlamaCppModel):
        return str(hub.hf_hub_download(repository, entry.file, revision=revision))
    files = hub.HfApi().list_repo_files(repository, revision=revision)
    skipped = list(_SKIPPED)
    if not any(file.endswith(".safetensors") for file in files):
        skipped.remove("*.bin")
    return str(hub.snapshot_download(repository, revision=revision, ignore_patterns=skipped))


def _failure(name: str, repository: str, error: Exception) -> InputError | RunFailedError:
    from huggingface_hub import errors

    where = f"model '{name}'"
    if isinstance(error, errors.GatedRepoError):
        cure = f"accept its licence at huggingface.co/{repository} and set HF_TOKEN"
        return InputError(where, f"'{repository}' is gated", cure)
    if isinstance(error, errors.RevisionNotFoundError):
        return InputError(where, f"'{repository}' has no such commit", "correct `revision`")
    if isinstance(error, errors.RepositoryNotFoundError | errors.HFValidationError):
        cure = "correct `model_id`; a private one needs HF_TOKEN"
        return InputError(where, f"the hub has no '{repository}'", cure)
    if isinstance(error, errors.EntryNotFoundError):
        return InputError(where, f"'{repository}' has no such file", "correct `file`")
    first = " ".join(str(error).split())[:200]
    return RunFailedError(f"{where}: '{repository}' was not fetched ({first}); run it again")

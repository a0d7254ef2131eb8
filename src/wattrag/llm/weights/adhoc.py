"""Ad-hoc models become entries: pinned to the commit that the hub's cache on this machine holds."""

from collections.abc import Iterable
from pathlib import Path

from wattrag.config.adhoc import model_name, read_adhoc
from wattrag.config.chat import ChatEntry
from wattrag.config.models import Registry, adhoc_entry
from wattrag.config.weights import COMMIT, Weights
from wattrag.errors import InputError


def with_adhoc(registry: Registry, names: Iterable[str], where: str) -> Registry:
    """Declared models and the ad-hoc ones among `names`, by what they are called in the results.

    Args:
        registry: the declared models.
        names: as they were written; each needs a name of its own.
        where: they were written, for the message.

    Raises:
        InputError: two different models of one name, no such model, or one that is not pinned.
    """
    written: dict[str, str] = {}
    found = dict(registry)
    for text in names:
        adhoc, name = read_adhoc(text), model_name(text)
        if written.setdefault(name, text) != text:
            problem = f"models '{written[name]}' and '{text}' are both called '{name}' in results"
            raise InputError(where, problem, "keep one, or declare one by another name")
        if adhoc is not None:
            found[name] = pinned(adhoc_entry(adhoc), text)
    return found


def pinned(entry: ChatEntry, text: str) -> ChatEntry:
    """An ad-hoc model's entry with the commit of its weights: its own, else the cache's.

    Args:
        entry: with its commit, or without one.
        text: how it was written, for the message.

    Raises:
        InputError: its weights come from the hub, at a commit that nobody names.
    """
    if not isinstance(entry, Weights) or entry.pinned:
        return entry
    commit = cached_commit(str(entry.model_id))
    if commit is None:
        problem = "names no commit, and this machine's cache of the hub holds none"
        cure = f"run `wattrag models fetch {text}`, or write {text}@ and the commit's 40 hex digits"
        raise InputError(f"model '{text}'", problem, cure)
    return entry.model_copy(update={"revision": commit})


def cached_commit(repository: str) -> str | None:
    """The commit that the hub's cache here has as a repository's `main`; None if it has none.

    Raises:
        InputError: no repository can be called so.
    """
    try:
        from huggingface_hub import try_to_load_from_cache
        from huggingface_hub.errors import HFValidationError
    except ImportError:
        return None
    try:
        found = try_to_load_from_cache(repository, "config.json")
    except HFValidationError as error:
        where = f"model '{repository}'"
        raise InputError(where, "is no repository of the hub", "write hf_local:org/name") from error
    # The cache keeps a file as snapshots/COMMIT/NAME.
    commit = Path(found).parent.name if isinstance(found, str) else ""
    return commit if COMMIT.fullmatch(commit) else None

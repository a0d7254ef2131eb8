"""Finding a GGUF file on this machine, and looking at it before llama.cpp does."""

from pathlib import Path

from wattrag.config.local_chat import LlamaCppModel
from wattrag.errors import InputError

EXTRA = "llama-cpp"
MAGIC = b"GGUF"
GB = 1e9
FETCH = "fetch them with `wattrag models fetch NAME`"


def gguf_file(entry: LlamaCppModel) -> Path:
    """The GGUF file of an entry, which fits into memory.

    Raises:
        InputError: it is not here, or is none, or is too large for this machine.
    """
    path = Path(entry.path) if entry.path is not None else _of_the_hub(entry)
    check_gguf(entry.name, path)
    if entry.gpu_layers == 0:
        _check_fits(entry, path)
    return path


def check_gguf(where: str, path: Path) -> None:
    """Make sure that a file starts as GGUF files do.

    Raises:
        InputError: it does not, or cannot be read.
    """
    try:
        with path.open("rb") as opened:
            start = opened.read(len(MAGIC))
    except OSError as error:
        cure = "correct `path` in models.yaml"
        raise InputError(where, f"cannot read '{path}' ({error.strerror})", cure) from error
    if start != MAGIC:
        raise InputError(where, f"'{path}' is no GGUF file", "convert or download it again")


def _of_the_hub(entry: LlamaCppModel) -> Path:
    try:
        from huggingface_hub import try_to_load_from_cache
    except ImportError as error:
        cure = f"install the extra `wattrag[{EXTRA}]`"
        raise InputError(entry.name, f"needs the package '{error.name}'", cure) from error
    found = try_to_load_from_cache(entry.model_id or "", entry.file or "", revision=entry.revision)
    if not isinstance(found, str):
        raise InputError(entry.name, "its weights are not here", FETCH)
    return Path(found)


def _check_fits(entry: LlamaCppModel, path: Path) -> None:
    import psutil

    size, free = path.stat().st_size, psutil.virtual_memory().available
    if size > free:
        problem = f"its weights take {size / GB:.3g} GB, {free / GB:.3g} GB of memory are free"
        raise InputError(entry.name, problem, "take a smaller quantisation or a smaller model")


def gguf_here(entry: LlamaCppModel) -> bool:
    """Whether the file lies on this machine."""
    if entry.path is not None:
        return Path(entry.path).is_file()
    try:
        return _of_the_hub(entry).is_file()
    except InputError:
        return False

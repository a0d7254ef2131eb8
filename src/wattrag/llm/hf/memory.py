"""Memory: whether a model fits, asked before it is loaded; whether it ran out; giving it back."""

import gc
import json
import struct
from collections.abc import Iterator
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING

from wattrag.errors import InputError

if TYPE_CHECKING:
    from wattrag.config.local_chat import HFLocalModel

GB = 1e9
BYTES = {"fp32": 4.0, "fp16": 2.0, "bf16": 2.0}
NF4_BYTES = 0.516
"""Half a byte for a weight, and the doubly quantised scales of each block of 64."""
KEPT = ("embed", "lm_head", ".experts.")
ROOM = 1.1
"""Activations and the cache of a few replies, in units of the weights."""


def check_fits(entry: "HFLocalModel", precision: str, folder: Path, device: str) -> None:
    """Refuse a model that is too large for this machine, before minutes go into loading it.

    Raises:
        InputError: it does not fit.
    """
    declared = entry.vram_gb.get(precision)  # type: ignore[call-overload]
    needed = declared * GB if declared is not None else ROOM * weights_bytes(folder, precision)
    free, where = free_bytes(entry, device)
    if needed > free:
        problem = (
            f"needs {needed / GB:.3g} GB of memory at {precision}, "
            f"{free / GB:.3g} GB are free on {where}"
        )
        cure = "take a smaller precision" if precision != "4bit" else "take a smaller model"
        more = ", or more GPUs (`gpus`)" if device == "cuda" else ""
        raise InputError(entry.name, problem, cure + more)


def free_bytes(entry: "HFLocalModel", device: str) -> tuple[int, str]:
    """Memory that is free for a model, and where: on its GPUs, or of this machine."""
    if device == "cuda":
        import torch

        devices = range(min(entry.gpus, torch.cuda.device_count()))
        free = sum(torch.cuda.mem_get_info(n)[0] for n in devices)
        return free, f"{len(devices)} GPU" + ("s" if len(devices) > 1 else "")
    import psutil

    return psutil.virtual_memory().available, "this machine"


def weights_bytes(folder: Path, precision: str) -> float:
    """Memory that the weights of a folder take at a precision."""
    # Some repositories hold the weights once more, as `consolidated.safetensors`.
    files = list(folder.glob("model*.safetensors")) or list(folder.glob("*.safetensors"))
    if not files:  # formats of old, whose headers say nothing
        return float(sum(file.stat().st_size for file in folder.glob("*.bin")))
    return sum(
        _held(name, shape, stored, precision)
        for file in files
        for name, shape, stored in _tensors(file)
    )


def _held(name: str, shape: list[int], stored: str, precision: str) -> float:
    size = int("".join(c for c in stored.partition("_")[0] if c.isdigit()) or 8) / 8
    if precision == "auto" or not stored.startswith(("F", "BF")) or size == 1:
        return prod(shape) * size  # as stored; weights that are quantised in their files stay so
    if precision != "4bit":
        return prod(shape) * BYTES[precision]
    # bitsandbytes quantises linear layers; transformers joins the experts of a layer, which stay.
    kept = len(shape) != 2 or any(part in name for part in KEPT)  # noqa: PLR2004 - a matrix
    return prod(shape) * (BYTES["bf16"] if kept else NF4_BYTES)


def _tensors(file: Path) -> Iterator[tuple[str, list[int], str]]:
    """Name, shape and number format of each tensor, from the header; no weight is read."""
    with file.open("rb") as opened:
        (length,) = struct.unpack("<Q", opened.read(8))
        header = json.loads(opened.read(length))
    for name, tensor in header.items():
        if name != "__metadata__":
            yield name, tensor["shape"], tensor["dtype"]


def release() -> None:
    """Give back memory that nothing holds any more."""
    import torch

    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def is_out_of_memory(error: BaseException) -> bool:
    """Whether less at a time may help; torch has an error of its own for GPUs only."""
    import torch

    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    words = str(error).lower()
    return isinstance(error, RuntimeError) and (
        "out of memory" in words or "not enough memory" in words or "can't allocate" in words
    )

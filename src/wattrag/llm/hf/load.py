"""Loading the weights of a chat model at a precision, offline and pinned."""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wattrag.errors import InputError
from wattrag.hardware.lease import hold_gpus
from wattrag.llm.hf.memory import check_fits
from wattrag.llm.weights.loading import check_pinned, checked_device, location, prepare_libraries

if TYPE_CHECKING:
    from wattrag.config.local_chat import HFLocalModel

_log = logging.getLogger(__name__)

EXTRA = "local"
PACKAGES = ("torch", "transformers", "accelerate")
FETCH = "fetch them with `wattrag models fetch NAME`"


@dataclass(frozen=True)
class Loaded:
    """A model and its tokenizer, ready to generate."""

    model: Any
    tokenizer: Any
    window: int | None
    """Tokens that prompt and reply may have together; None if nothing says."""
    stops: frozenset[int]
    """Tokens that end a reply."""


def load(entry: "HFLocalModel", precision: str) -> Loaded:
    """Load what an entry declares; torch's number of threads is left as it is.

    Args:
        entry: where from, and what computes.
        precision: `4bit` is NF4 with double quantisation, computed in bf16 on every device, a CPU
            too; `auto` takes the number format of the files.

    Raises:
        InputError: not pinned, not installed, not fetched, no model, or too large for this machine.
    """
    check_pinned(entry)
    packages = (*PACKAGES, "bitsandbytes") if precision == "4bit" else PACKAGES
    hold_gpus(entry.devices)
    prepare_libraries(entry, packages, EXTRA)
    device, folder = checked_device(entry), _folder(entry)
    try:
        check_fits(entry, precision, folder, device)
        tokenizer, model = _read(entry, folder, precision, device)
    except InputError:
        raise
    except Exception as error:  # many kinds, as of safetensors and of the model's own code
        raise _explained(entry, precision, error) from error
    window = entry.context_tokens or getattr(
        model.config.get_text_config(), "max_position_embeddings", None
    )
    return Loaded(model, tokenizer, window, _stops(model, tokenizer))


def _read(entry: "HFLocalModel", folder: Path, precision: str, device: str) -> tuple[Any, Any]:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    options = {"local_files_only": True, "trust_remote_code": entry.trust_remote_code}
    tokenizer = AutoTokenizer.from_pretrained(str(folder), **options)
    model = AutoModelForCausalLM.from_pretrained(
        str(folder), **_format(precision), **_placement(entry, device), **options
    )
    placed = getattr(model, "hf_device_map", {})
    if device == "cuda" and {"cpu", "disk"} & set(map(str, placed.values())):
        cure = "take a smaller precision, or more GPUs (`gpus`)"
        raise InputError(entry.name, f"does not fit on {entry.gpus} GPUs at {precision}", cure)
    if precision == "4bit":
        _tell_kept(entry.name, model)
    return tokenizer, model.eval()  # type: ignore[no-untyped-call]


def _format(precision: str) -> dict[str, Any]:
    import torch
    from transformers import BitsAndBytesConfig

    if precision == "4bit":
        quantization = BitsAndBytesConfig(  # type: ignore[no-untyped-call]
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_use_double_quant=True,
            bnb_4bit_compute_dtype=torch.bfloat16,
        )
        return {"dtype": torch.bfloat16, "quantization_config": quantization}
    formats = {"fp32": torch.float32, "fp16": torch.float16, "bf16": torch.bfloat16}
    return {"dtype": formats.get(precision, "auto")}


def _tell_kept(name: str, model: Any) -> None:
    """Say that it is no 4 bit model: the experts of a mixture are left as they are."""
    import torch

    kept = sum(
        p.numel()
        for path, p in model.named_parameters()
        if p.dtype != torch.uint8 and p.ndim > 2  # noqa: PLR2004 - more than a matrix
    )
    if kept:
        _log.warning("%s: bitsandbytes leaves %.3g weights of its experts at bf16", name, kept)


def _placement(entry: "HFLocalModel", device: str) -> dict[str, Any]:
    """One device, or the layers in turn on as many GPUs as declared; nothing beside them."""
    import torch

    count = min(entry.gpus, torch.cuda.device_count()) if device == "cuda" else 1
    if count == 1:
        return {"device_map": {"": f"{device}:0" if device == "cuda" else device}}
    free = {n: int(0.9 * torch.cuda.mem_get_info(n)[0]) for n in range(count)}
    return {"device_map": "auto", "max_memory": free}


def _folder(entry: "HFLocalModel") -> Path:
    """Where the files lie on this machine."""
    if entry.model_id is None:
        folder = Path(location(entry))
        if not (folder / "config.json").is_file():
            problem = f"the folder '{folder}' holds no model: there is no config.json"
            raise InputError(entry.name, problem, "correct `path` in models.yaml")
        return folder
    from huggingface_hub import try_to_load_from_cache

    found = try_to_load_from_cache(entry.model_id, "config.json", revision=entry.revision)
    if not isinstance(found, str):
        raise InputError(entry.name, "its weights are not here", FETCH)
    return Path(found).parent


def _explained(entry: "HFLocalModel", precision: str, error: Exception) -> Exception:
    """What the user can do about a model that cannot be loaded."""
    import torch

    words = f"{type(error).__name__}: {error}".strip().splitlines()[0][:300]
    if isinstance(error, torch.OutOfMemoryError):
        cure = "take a smaller precision, or more GPUs (`gpus`)"
        return InputError(entry.name, f"does not fit at {precision} ({words})", cure)
    if isinstance(error, ImportError):
        problem = f"its code needs the package '{error.name or error}'"
        return InputError(entry.name, problem, f"install it, or the extra `wattrag[{EXTRA}]`")
    if "trust_remote_code" in str(error) and not entry.trust_remote_code:
        cure = "read that code, then set `trust_remote_code: true` and pin `revision`"
        return InputError(entry.name, "comes with code of its own", cure)
    cure = "see what its folder holds" if entry.model_id is None else FETCH
    return InputError(entry.name, f"its files cannot be loaded ({words})", cure)


def _stops(model: Any, tokenizer: Any) -> frozenset[int]:
    """As the model's generation settings say, or else its tokenizer."""
    settings = model.generation_config
    if settings.eos_token_id is None:
        settings.eos_token_id = tokenizer.eos_token_id
    if settings.pad_token_id is None:
        settings.pad_token_id = tokenizer.pad_token_id
    found = settings.eos_token_id
    return frozenset(found if isinstance(found, list) else () if found is None else (found,))

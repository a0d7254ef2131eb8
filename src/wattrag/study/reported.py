"""What another system reports of its run: kept beside our score of its submission."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from wattrag.errors import InputError
from wattrag.files import read_json

_KEPT = (
    *("model_id", "llm_provider", "quantization", "total_time_seconds", "avg_latency_seconds"),
    *("avg_retrieval_seconds", "avg_generation_seconds", "total_retries", "questions_retried"),
    *("avg_retries", "input_tokens", "output_tokens", "estimated_cost_usd"),
    *("calls", "reused", "energy_wh", "energy_method", "hardware", "provenance"),
    *("ensemble_type", "strategy", "models", "num_models"),
)
# KohakuRAG_UI writes 0 where it did not count: local models' tokens, energy without a meter.
_COUNTS = ("input_tokens", "output_tokens")
_PRIVATE = frozenset({"hostname", "model_cache_path"})
_ENERGY = "gpu_energy_wh"


def reported(path: Path) -> dict[str, Any]:
    """Times, tokens, money, energy, hardware and model that a summary or usage file reports.

    Its scores are left out: ours are computed from the submission. Counts of 0 tokens, and the
    dollars for them, are null, as is an energy of 0: nothing was counted. Names of machines and
    folders are dropped. `reported_error_count` is how many answers it says are errors, which its
    submission does not show.

    Raises:
        InputError: no JSON object.
    """
    said = read_json(path)
    if not isinstance(said, dict):
        raise InputError(str(path), "is no JSON object", "mend or remove it")
    kept = {key: said[key] for key in _KEPT if key in said}
    if all(not kept.get(name) for name in _COUNTS):
        unknown = [
            *_COUNTS,
            *(["estimated_cost_usd"] if not kept.get("estimated_cost_usd") else []),
        ]
        kept |= {name: None for name in unknown if name in kept}
    if isinstance(kept.get("hardware"), Mapping):
        kept["hardware"] = _hardware(kept["hardware"])
        kept |= _energy(kept)
    if "error_count" in said:
        kept["reported_error_count"] = said["error_count"]
    return kept


def _hardware(found: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in found.items() if key not in _PRIVATE}
    if _ENERGY in kept and not kept[_ENERGY]:
        kept[_ENERGY] = None
    return kept


def _energy(kept: Mapping[str, Any]) -> dict[str, Any]:
    """Our names for the energy that KohakuRAG_UI has among the hardware."""
    hardware = kept["hardware"]
    if kept.get("energy_wh") is not None or hardware.get(_ENERGY) is None:
        return {}
    return {"energy_wh": hardware[_ENERGY], "energy_method": hardware.get("gpu_energy_method")}

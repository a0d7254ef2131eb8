"""What an experiment took: times, tokens, money, energy and hardware, from its summary.

Summaries of ours and of KohakuRAG_UI are read alike; what one does not say is None, never 0.
"""

import math
from collections.abc import Mapping
from typing import Any

# Our field -> where a summary may have it; the first that is there counts.
_NUMBERS = {
    "avg_latency_s": ("avg_latency_seconds",),
    "avg_retrieval_s": ("avg_retrieval_seconds",),
    "avg_generation_s": ("avg_generation_seconds",),
    "total_time_s": ("total_time_seconds",),
    "vram_allocated_gb": ("hardware.gpu_vram_allocated_gb",),
    "vram_reserved_gb": ("hardware.gpu_vram_reserved_gb",),
    "vram_total_gb": ("hardware.gpu_vram_total_gb",),
    "gpu_count": ("hardware.gpu_count",),
    "model_disk_gb": ("hardware.model_disk_size_gb",),
    "model_load_time_s": ("hardware.model_load_time_seconds",),
    "llm_load_time_s": ("hardware.llm_load_time_seconds",),
    "embedder_load_time_s": ("hardware.embedder_load_time_seconds",),
    "energy_wh": ("energy_wh", "hardware.gpu_energy_wh"),
    "avg_power_w": ("hardware.gpu_avg_power_watts",),
    "peak_power_w": ("hardware.gpu_peak_power_watts",),
    "cpu_rss_peak_gb": ("hardware.cpu_rss_peak_gb",),
    "input_tokens": ("input_tokens",),
    "output_tokens": ("output_tokens",),
    "est_cost_usd": ("estimated_cost_usd",),
    "calls": ("calls",),
    "reused": ("reused",),
    "max_concurrent": ("max_concurrent", "config_snapshot.max_concurrent"),
}
_TEXTS = {
    "hostname": ("hardware.hostname",),
    "gpu_name": ("hardware.gpu_name",),
    "energy_method": ("energy_method", "hardware.gpu_energy_method"),
}


def numbers(summary: Mapping[str, Any]) -> dict[str, float | None]:
    """Seconds, GB (2^30 bytes), watt-hours, watts, tokens, US dollars and counts, by name.

    A value of another kind than a finite number counts as not known.
    """
    return {name: _number(_first(summary, keys)) for name, keys in _NUMBERS.items()}


def texts(summary: Mapping[str, Any]) -> dict[str, str | None]:
    """Names of the machine, its GPU, and how energy was measured."""
    return {name: _text(_first(summary, keys)) for name, keys in _TEXTS.items()}


def _first(summary: Mapping[str, Any], keys: tuple[str, ...]) -> Any:
    found = (_at(summary, key) for key in keys)
    return next((value for value in found if value is not None), None)


def _at(summary: Mapping[str, Any], key: str) -> Any:
    value: Any = summary
    for part in key.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if math.isfinite(value) else None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None

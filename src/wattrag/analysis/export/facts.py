"""What an experiment was made with and what it took, as far as its files say.

Summaries of several ages and of KohakuRAG_UI are read alike: what one lacks is None.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wattrag.analysis.experiment import ScoredExperiment
from wattrag.analysis.taken import numbers, texts
from wattrag.errors import InputError
from wattrag.files import read_json

USAGE = "usage.json"
_HASH = 12  # characters that are shown of a hash
_NO_METER = frozenset({"none", "", "not measured"})


@dataclass(frozen=True)
class Facts:
    """One experiment.

    Attributes:
        name: as tables call it.
        packages: version by distribution; empty where it was not recorded.
        model: `provider, model_id, revision, precision, engine`, as far as recorded.
        prompt, index, config, code: versions or hashes (the first characters).
        gpus: each device in words; None where it was not recorded.
        memory_gb: main memory in GiB.
        energy_wh, seconds, cost_usd: of the whole job; None where not measured.
        calls, reused: replies that were asked for, and those that were stored before.
    """

    name: str
    env: str
    type: str
    wattrag: str | None
    python: str | None
    packages: Mapping[str, str]
    model: Mapping[str, str]
    prompt: str | None
    index: str | None
    config: str | None
    code: str | None
    run: str | None
    seed: str | None
    cpu: str | None
    cores: int | None
    memory_gb: float | None
    gpus: tuple[str, ...] | None
    os: str | None
    energy_wh: float | None
    energy_method: str | None
    seconds: float | None
    cost_usd: float | None
    calls: float | None
    reused: float | None

    @property
    def answered_by_model(self) -> bool:
        """False for a vote, whose members have facts of their own."""
        return self.type != "ensemble"


def facts_of(experiment: ScoredExperiment) -> Facts:
    """The facts of an experiment from its `summary.json` and the `usage.json` beside it.

    A watt-hour count of 0 and a count by no meter are not measurements; a cost of 0 without
    tokens is not a price.

    Raises:
        InputError: a `usage.json` that is no JSON object.
    """
    known = {key: value for key, value in experiment.summary.items() if value is not None}
    taken = {**_usage(experiment), **known}
    provenance, hardware = _mapping(taken, "provenance"), _mapping(taken, "hardware")
    counted, said = numbers(taken), texts(taken)
    energy, method = _energy(counted["energy_wh"], said["energy_method"])
    paid = bool(counted["input_tokens"] or counted["output_tokens"])
    return Facts(
        name=experiment.name,
        env=experiment.env,
        type="ensemble" if "ensemble_type" in taken else experiment.type,
        wattrag=_text(provenance.get("wattrag")),
        python=_text(provenance.get("python")),
        packages=_texts(_mapping(provenance, "packages")),
        model=_model(provenance, taken, experiment),
        prompt=_versioned(provenance.get("prompt")),
        index=_short(provenance.get("index")),
        config=_short(provenance.get("config")),
        code=_short(provenance.get("code")),
        run=_text(provenance.get("run")) or _text(experiment.run),
        seed=_text(provenance.get("seed")),
        cpu=_text(hardware.get("cpu")) or _text(hardware.get("cpu_model")),
        cores=_count(hardware.get("cores")),
        memory_gb=_number(hardware.get("memory_gb")),
        gpus=_gpus(hardware),
        os=_text(hardware.get("os")) or _text(hardware.get("os_platform")),
        energy_wh=energy,
        energy_method=method,
        seconds=counted["total_time_s"] or None,
        cost_usd=counted["est_cost_usd"] if paid else counted["est_cost_usd"] or None,
        calls=counted["calls"],
        reused=counted["reused"],
    )


def _usage(experiment: ScoredExperiment) -> Mapping[str, Any]:
    if experiment.folder is None or not (experiment.folder / USAGE).exists():
        return {}
    path = experiment.folder / USAGE
    usage = read_json(path)
    if not isinstance(usage, dict):
        raise InputError(str(path), "is no JSON object", "answer the questions again")
    return usage


def _energy(wh: float | None, method: str | None) -> tuple[float | None, str | None]:
    measured = wh is not None and wh > 0 and (method or "unknown") not in _NO_METER
    return (wh, method) if measured else (None, None)


def _model(
    provenance: Mapping[str, Any], taken: Mapping[str, Any], experiment: ScoredExperiment
) -> dict[str, str]:
    """The model; its older and KohakuRAG_UI's names beside ours."""
    recorded = _mapping(provenance, "model")
    older = {
        "provider": taken.get("llm_provider"),
        "model_id": taken.get("model_id") or experiment.model,
        "precision": experiment.precision or taken.get("quantization"),
    }
    return _texts({**older, **{k: v for k, v in recorded.items() if v is not None}})


def _gpus(hardware: Mapping[str, Any]) -> tuple[str, ...] | None:
    found = hardware.get("gpus")
    if isinstance(found, list):
        return tuple(filter(None, map(_gpu, found)))
    name = _text(hardware.get("gpu_name"))
    if name is None:
        return None
    memory, count = _number(hardware.get("gpu_vram_total_gb")), _count(hardware.get("gpu_count"))
    return (_gpu_in_words(name, memory),) * min(count or 1, 1024)


def _gpu(found: Any) -> str | None:
    if not isinstance(found, Mapping):
        return _text(found)
    name, driver = _text(found.get("name")), _text(found.get("driver"))
    if name is None:
        return None
    words = _gpu_in_words(name, _number(found.get("memory_gb")))
    return f"{words}, driver {driver}" if driver else words


def _gpu_in_words(name: str, memory_gb: float | None) -> str:
    return f"{name}, {memory_gb:.0f} GiB" if memory_gb else name


def _versioned(value: Any) -> str | None:
    """A prompt: its version and the first characters of its hash."""
    if not isinstance(value, Mapping):
        return _short(value)
    parts = (_text(value.get("version")), _short(value.get("hash")))
    return " ".join(part for part in parts if part) or None


def _short(value: Any) -> str | None:
    text = _text(value)
    return text[:_HASH] if text else None


def _texts(values: Mapping[str, Any]) -> dict[str, str]:
    return dict(_known(values))


def _known(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in values.items():
        if (text := _text(value)) is not None:
            yield str(key), text


def _mapping(values: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = values.get(key)
    return found if isinstance(found, Mapping) else {}


def _text(value: Any) -> str | None:
    """A text or number as text; anything else is not known."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return str(value) or None


def _number(value: Any) -> float | None:
    return numbers({"energy_wh": value})["energy_wh"]


def _count(value: Any) -> int | None:
    number = _number(value)
    return int(number) if number is not None and number > 0 else None

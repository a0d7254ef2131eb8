"""`wattrag models`: what `models.yaml` declares, and what can run here."""

import os
from dataclasses import asdict, dataclass
from importlib.util import find_spec

from wattrag.cli.common import JsonOption, print_columns, print_json
from wattrag.config.models import (
    Declared,
    OpenAIModel,
    SentenceTransformersEmbedder,
)
from wattrag.study.load import declared_models

# What each provider imports, beside a package that an entry names itself.
IMPORTS = {
    "extractive": (),
    "openai": ("openai",),
    "sentence_transformers": ("sentence_transformers",),
}
# What each provider reads of the environment.
KEYS = {"openai": ("OPENAI_API_KEY",)}


@dataclass(frozen=True)
class ListedModel:
    """One declared entry; what is not published or not known is None."""

    name: str
    kind: str
    label: str
    provider: str
    precisions: tuple[str, ...]
    params_b: float | None
    vram_gb: dict[str, float] | None
    missing: tuple[str, ...]
    """Python packages that it needs and that are not installed here."""
    unset: tuple[str, ...]
    """Keys that it needs and that the environment does not hold."""
    prices: dict[str, float] | None
    """US dollars for a million tokens, `input` and `output`."""

    @property
    def runs_here(self) -> bool:
        """True if nothing is missing."""
        return not (self.missing or self.unset)


def models(as_json: JsonOption = False) -> None:
    """List the declared models and embedders."""
    listed = [_listed(name, entry) for name, entry in declared_models().items()]
    if as_json:
        print_json([asdict(model) | {"runs_here": model.runs_here} for model in listed])
        return
    header = ["name", "kind", "label", "provider", "precisions", "params_b", "vram_gb", "here"]
    print_columns(header, [_row(model) for model in listed])


def _listed(name: str, entry: Declared) -> ListedModel:
    embeds = isinstance(entry, SentenceTransformersEmbedder)
    package = entry.package if isinstance(entry, SentenceTransformersEmbedder) else None
    needed = [*IMPORTS[entry.provider], *([package] if package else [])]
    return ListedModel(
        name=name,
        kind="embedder" if embeds else "model",
        label=entry.name,
        provider=entry.provider,
        precisions=getattr(entry, "precisions", ()),
        params_b=entry.params_b,
        vram_gb=getattr(entry, "vram_gb", None),
        missing=tuple(p for p in needed if find_spec(p.partition(".")[0]) is None),
        unset=tuple(key for key in KEYS.get(entry.provider, ()) if not os.environ.get(key)),
        prices=entry.prices.model_dump()
        if isinstance(entry, OpenAIModel) and entry.prices
        else None,
    )


def _row(model: ListedModel) -> list[str]:
    memory = ", ".join(f"{k} {v:g}" for k, v in (model.vram_gb or {}).items())
    size = "" if model.params_b is None else f"{model.params_b:g}"
    wanted = [f"install {name}" for name in model.missing] + [f"set {key}" for key in model.unset]
    here = ", ".join(wanted) or "yes"
    precisions = ", ".join(model.precisions)
    return [
        model.name, model.kind, model.label, model.provider, precisions, size, memory, here,
    ]  # fmt: skip

"""`wattrag models`: what `models.yaml` declares, and what can run here."""

import os
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from typing import Any

from wattrag.cli.common import JsonOption, print_columns, print_json
from wattrag.config.chat import ChatEntry
from wattrag.config.declared import DeclaredModel
from wattrag.config.embedders import CrossEncoderModel, OpenAIEmbedder
from wattrag.config.models import EmbedderEntry
from wattrag.config.weights import Weights
from wattrag.llm.weights import weights_here
from wattrag.study.load import declared_models

# What each provider imports, beside a package that an entry names itself.
IMPORTS = {
    "extractive": (),
    "bedrock": ("boto3",),
    "hf_local": ("transformers",),
    "llama_cpp": ("llama_cpp",),
    "openrouter": ("openai",),
    "openai": ("openai",),
    "sentence_transformers": ("sentence_transformers",),
    "openai_embeddings": ("openai",),
    "cross_encoder": ("sentence_transformers",),
}


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
    lacks: str | None
    """What else it needs and does not have here: its weights, or a key."""
    prices: dict[str, Any] | None
    """US dollars for a million tokens, with their date."""

    @property
    def runs_here(self) -> bool:
        """True if nothing is missing."""
        return not self.missing and self.lacks is None


def models(as_json: JsonOption = False) -> None:
    """List the declared models, embedders and cross-encoders."""
    listed = [_listed(name, entry) for name, entry in declared_models().items()]
    if as_json:
        print_json([asdict(model) | {"runs_here": model.runs_here} for model in listed])
        return
    header = ["name", "kind", "label", "provider", "precisions", "params_b", "vram_gb", "here"]
    print_columns(header, [_row(model) for model in listed])


def _listed(name: str, entry: DeclaredModel) -> ListedModel:
    package = entry.package if isinstance(entry, Weights) else None
    needed = [*IMPORTS[entry.provider], *([package] if package else [])]
    return ListedModel(
        name=name,
        kind=_kind(entry),
        label=entry.name,
        provider=entry.provider,
        precisions=getattr(entry, "precisions", ()),
        params_b=entry.params_b,
        vram_gb=getattr(entry, "vram_gb", None),
        missing=tuple(p for p in needed if find_spec(p.partition(".")[0]) is None),
        lacks=_lacks(entry),
        prices=_prices(entry),
    )


def _kind(entry: DeclaredModel) -> str:
    if isinstance(entry, EmbedderEntry):
        return "embedder"
    return "cross-encoder" if isinstance(entry, CrossEncoderModel) else "model"


def _prices(entry: DeclaredModel) -> dict[str, Any] | None:
    prices = entry.prices if isinstance(entry, ChatEntry) else None
    return None if prices is None else prices.model_dump(mode="json")


def _lacks(entry: DeclaredModel) -> str | None:
    """What an entry needs besides packages and does not have here."""
    keys = entry.keys if isinstance(entry, ChatEntry) else ()
    if isinstance(entry, OpenAIEmbedder):
        keys = ("OPENAI_API_KEY",)
    absent = [key for key in keys if not os.environ.get(key)]
    if absent:
        return ", ".join(absent)
    if not isinstance(entry, Weights) or entry.package is not None:
        return None
    if not entry.pinned:
        return "a pinned revision"
    return None if weights_here(entry) else "its weights"


def _row(model: ListedModel) -> list[str]:
    memory = ", ".join(f"{k} {v:g}" for k, v in (model.vram_gb or {}).items())
    size = "" if model.params_b is None else f"{model.params_b:g}"
    here = f"install {', '.join(model.missing)}" if model.missing else "yes"
    if model.lacks is not None and not model.missing:
        here = f"lacks {model.lacks}"
    precisions = ", ".join(model.precisions)
    return [
        model.name, model.kind, model.label, model.provider, precisions, size, memory, here,
    ]  # fmt: skip

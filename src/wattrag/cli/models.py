"""`wattrag models`: what `models.yaml` declares, what can run here, and fetching weights."""

import os
import shutil
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import typer

from wattrag.cli.common import print_columns, print_json
from wattrag.cli.options import JsonOption
from wattrag.config.adhoc import read_adhoc
from wattrag.config.chat import ChatEntry, OpenAIModel
from wattrag.config.declared import DeclaredModel
from wattrag.config.embedders import CrossEncoderModel, OpenAIEmbedder
from wattrag.config.local_chat import LlamaCppModel
from wattrag.config.models import EmbedderEntry, Registry, adhoc_entry
from wattrag.config.plugins import plugins
from wattrag.config.problems import nearest
from wattrag.config.weights import Weights
from wattrag.errors import InputError
from wattrag.llm.llama_cpp.files import gguf_here
from wattrag.llm.weights.loading import check_pinned, weights_here
from wattrag.study.load import declared_models

app = typer.Typer(help="List the declared models and what fits here; fetch their weights.")

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
    fits: tuple[str, ...] | None
    """Precisions at which it fits this machine's GPUs, or its main memory if it has none; None if
    it is not known what it needs."""
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


@app.callback(invoke_without_command=True)
def models(context: typer.Context, as_json: JsonOption = False) -> None:
    """List the declared models, embedders and cross-encoders, and what fits this machine."""
    if context.invoked_subcommand is not None:
        return
    memory = Memory.here()
    listed = [_listed(name, entry, memory) for name, entry in declared_models().items()]
    if as_json:
        print_json([asdict(model) | {"runs_here": model.runs_here} for model in listed])
        return
    header = [
        "name", "kind", "label", "provider", "precisions", "params_b", "vram_gb", "fits", "here",
    ]  # fmt: skip
    print_columns(header, [_row(model) for model in listed])


@app.command()
def fetch(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="NAME…", help="Models of models.yaml, or hf_local:org/name."),
    ] = None,
    config: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Fetch what this study needs.")
    ] = None,
) -> None:
    """Download weights ahead, at their pinned commits (HF_HOME, HF_TOKEN); jobs stay offline.

    An ad-hoc model without a commit is fetched at the newest, and pinned to it.
    """
    from wattrag.llm.weights.fetching import fetch_weights, is_fetchable
    from wattrag.study.load import models_of, read_config_file, read_settings

    registry = declared_models()
    wanted = {name: _to_fetch(name, registry) for name in names or ()}
    if config is not None:
        settings = read_settings(read_config_file(config), str(config))
        used = [n for n in models_of(settings) if n in registry or read_adhoc(n) is not None]
        entries = {name: _to_fetch(name, registry) for name in used}
        wanted |= {name: entry for name, entry in entries.items() if is_fetchable(entry)}
    elif not wanted:
        raise InputError("models fetch", "names no model", "give names, or --config FILE")
    for name, entry in wanted.items():
        typer.echo(f"{name}: {fetch_weights(name, entry)}")


def _to_fetch(name: str, registry: Registry) -> DeclaredModel:
    """The entry of a model, declared (it must be pinned) or ad hoc."""
    adhoc = read_adhoc(name)
    if adhoc is not None:
        return adhoc_entry(adhoc)
    if name not in registry:
        raise InputError(f"model '{name}'", "is not declared", nearest(name, list(registry)))
    entry = registry[name]
    if isinstance(entry, Weights):
        check_pinned(entry)
    return entry


@dataclass(frozen=True)
class Memory:
    """Memory that weights may lie in, in GiB."""

    gpus: tuple[float, ...]
    """Of each GPU."""
    main: float

    @classmethod
    def here(cls) -> "Memory":
        """This machine's."""
        from wattrag.hardware.machine import describe_machine

        machine = describe_machine()
        sizes = (gpu.memory_gb or machine.memory_gb for gpu in machine.gpus or ())
        return cls(tuple(sorted(sizes, reverse=True)), machine.memory_gb)

    def fits(self, needed: float, gpus: int) -> bool:
        """Whether so many GB fit: in the largest GPUs, or without any in main memory."""
        return needed <= (sum(self.gpus[: max(gpus, 1)]) if self.gpus else self.main)


def _listed(name: str, entry: DeclaredModel, memory: Memory) -> ListedModel:
    package = entry.package if isinstance(entry, Weights) else None
    imports = IMPORTS.get(entry.provider)
    if imports is None:
        imports = plugins()[entry.provider].imports
    needed = [*imports, *([package] if package else [])]
    vram = getattr(entry, "vram_gb", None) or None
    gpus = entry.devices if isinstance(entry, ChatEntry) else 1
    return ListedModel(
        name=name,
        kind=_kind(entry),
        label=entry.name,
        provider=entry.provider,
        precisions=getattr(entry, "precisions", ()),
        params_b=entry.params_b,
        vram_gb=vram,
        fits=vram and tuple(p for p, needed in vram.items() if memory.fits(needed, gpus)),
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
    if isinstance(entry, OpenAIModel) and entry.serve == "vllm":
        return None if shutil.which("vllm") else "the program vllm"
    if isinstance(entry, LlamaCppModel):
        return None if gguf_here(entry) else "its weights"
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
    fits = "" if model.fits is None else ", ".join(model.fits) or "none"
    return [
        model.name, model.kind, model.label, model.provider, precisions, size, memory, fits, here,
    ]  # fmt: skip

"""Entries of `models.yaml` for chat models whose weights run in the job itself."""

from typing import Any, Literal, Self, get_args

from pydantic import Field, model_validator

from wattrag.config.chat import ChatEntry
from wattrag.config.weights import COMMIT, Weights

Precision = Literal["4bit", "bf16", "fp16", "fp32", "auto"]
"""How weights are held: NF4 quantised, a number format, or as their files say."""


class HFLocalModel(Weights, ChatEntry):
    """A chat model that runs here with transformers, on GPUs or on the CPU."""

    provider: Literal["hf_local"]
    """Runs in the job itself; needs the extra `wattrag[local]`."""
    vram_gb: dict[Precision, float] = Field(default={})
    """GPU memory in GB by precision; its keys are what the model may run at, the default first."""
    device: Literal["cpu", "cuda", "mps", "auto"] = "auto"
    """What computes; `auto` takes a GPU where there is one."""
    gpus: int = Field(default=1, ge=1)
    """GPUs that the weights are spread over; on several of them replies come one by one."""
    batch_size: int | None = Field(default=None, ge=1)
    """Replies generated together; null: as many as memory holds; 1: one by one, as the published
    single-stream figures were made."""
    sees_images: Literal[False] = False
    """Models that run here are sent no images; a server of yours may be."""
    template_options: dict[str, bool | int | str] = Field(default={})
    """Options of the chat template, as `{enable_thinking: false}`."""

    @property
    def precisions(self) -> tuple[str, ...]:
        """The precisions this model can run at, its default first."""
        return tuple(self.vram_gb) or ("auto", *(p for p in get_args(Precision) if p != "auto"))

    def identity(self, precision: str) -> dict[str, Any]:
        """What determines a reply.

        Replies generated one by one and together differ in their last bits, 32 bit aside.
        """
        return {
            "provider": self.provider,
            "model_id": self.model_id or self.path or self.package,
            "revision": self.revision,
            "precision": precision,
            "engine": {
                "batching": "continuous" if self.batches else "one",
                "device": self.device,
                "template_options": self.template_options,
                "trust_remote_code": self.trust_remote_code,
            },
        }

    @property
    def batches(self) -> bool:
        """Whether replies are generated together: the engine for that runs on one device."""
        return self.batch_size != 1 and self.gpus == 1

    @property
    def devices(self) -> int:
        """GPUs that a job holds."""
        return 0 if self.device == "cpu" else self.gpus

    @property
    def runs_here(self) -> bool:
        """The job itself computes."""
        return True

    @property
    def memory_mb(self) -> int:
        """Main memory that a job needs, in MB."""
        return self.mem_mb


class LlamaCppModel(ChatEntry):
    """A GGUF file that runs here with llama.cpp, its replies held to their form by a grammar."""

    provider: Literal["llama_cpp"]
    """Runs in the job itself; needs the extra `wattrag[llama-cpp]`."""
    path: str | None = None
    """The GGUF file on this machine."""
    model_id: str | None = None
    """Hub repository that holds `file`, instead of `path`."""
    file: str | None = None
    """The GGUF file's name in the repository."""
    revision: str | None = None
    """Commit of the repository; with `path`, what tells versions of the file apart."""
    sees_images: Literal[False] = False
    """Models that run here are sent no images; a server of yours may be."""
    quantization: str = Field(pattern=r"^[A-Za-z0-9_]{1,16}$")
    """The quantisation's name, as `Q4_K_M`: the model's precision in the results tree."""
    vram_gb: dict[str, float] = Field(default={})
    """GPU memory in GB, by the quantisation's name."""
    context_tokens: int = Field(default=8192, gt=0)
    """Tokens that question, evidence and reply may have together; memory is set aside for them."""
    gpu_layers: int = Field(default=0, ge=-1)
    """Layers that a GPU computes; -1 for all."""
    threads: int | None = Field(default=None, gt=0)
    """Threads on the CPU; null: one for each core of the job."""
    mem_mb: int = Field(default=4000, gt=0)
    """Main memory that a job needs, in MB."""

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        if (self.path is None) == (self.model_id is None):
            raise ValueError("needs one of `path` and `model_id`")
        if (self.model_id is None) != (self.file is None):
            raise ValueError("file: name the GGUF file of the hub repository `model_id`")
        if self.model_id is not None and COMMIT.match(self.revision or "") is None:
            raise ValueError("revision: pin it to the 40 hex digits of a commit")
        return self

    @property
    def precisions(self) -> tuple[str, ...]:
        """The one precision of a GGUF file."""
        return (self.quantization,)

    def identity(self, precision: str) -> dict[str, Any]:
        """What determines a reply; the window does, for a longer text is refused."""
        return {
            "provider": self.provider,
            "model_id": self.path or f"{self.model_id}/{self.file}",
            "revision": self.revision,
            "precision": precision,
            "engine": {"context_tokens": self.context_tokens, "gpu_layers": self.gpu_layers},
        }

    @property
    def devices(self) -> int:
        """GPUs that a job holds."""
        return 0 if self.gpu_layers == 0 else 1

    @property
    def runs_here(self) -> bool:
        """The job itself computes."""
        return True

    @property
    def memory_mb(self) -> int:
        """Main memory that a job needs, in MB."""
        return self.mem_mb

"""What every entry has that replies to messages, and the entries of servers."""

from typing import Any, Literal, Self

from pydantic import Field, model_validator

from wattrag.config.address import Address
from wattrag.config.declared import DeclaredModel
from wattrag.config.prices import Prices


class ChatEntry(DeclaredModel):
    """A model that replies to messages."""

    max_concurrent: int | None = Field(default=None, ge=0)
    """Calls in flight at a time, 0 for no limit; null: the study's `generation.max_concurrent`."""
    context_tokens: int | None = Field(default=None, gt=0)
    """Tokens that question, evidence and reply may have together; null: not known."""
    sees_images: bool = False
    """Whether it may be sent images (`send_images` of a pipeline)."""
    prices: Prices | None = None
    """US dollars for a million tokens, with their date; null: not known."""

    @property
    def precisions(self) -> tuple[str, ...]:
        """The precisions this model can run at, its default first."""
        return ("api",)

    def identity(self, precision: str) -> dict[str, Any]:
        """What determines a reply, by the fields of `wattrag.store.asked.ModelKey`."""
        raise NotImplementedError

    @property
    def devices(self) -> int:
        """GPUs that a job holds."""
        return 0

    @property
    def runs_here(self) -> bool:
        """Whether the job itself computes: that takes energy and no money."""
        return False

    @property
    def states_cost(self) -> bool:
        """Whether each reply says what it cost."""
        return False

    @property
    def memory_mb(self) -> int:
        """Main memory that a job needs, in MB."""
        return 1000

    @property
    def keys(self) -> tuple[str, ...]:
        """Environment variables that must be set."""
        return ()


class RemoteModel(ChatEntry):
    """A model behind a server, with the patience of its calls."""

    model_id: str
    """The server's name for the model; a dated one, where there is one, keeps its replies."""
    max_retries: int = Field(default=5, ge=0, le=20)
    """Further tries of a call that failed as one that may pass: busy, broken off, out of order."""
    base_retry_delay: float = Field(default=3, ge=0, le=600)
    """Seconds before the first further try; doubled each time, unless the server says how long."""
    timeout_seconds: float = Field(default=600, gt=0, le=7200)
    """For one try."""


class CompletionsModel(RemoteModel):
    """A model behind a server that speaks Chat Completions."""

    structured_output: Literal["schema", "json", "none"] = "schema"
    """How the server is held to the form of a reply: by its schema, to JSON, or not at all."""
    token_limit: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"  # noqa: S105
    """The server's word for the length of a reply; OpenAI's reasoning models want the second."""
    sends_temperature: bool = True
    """False for models that refuse to be told a temperature."""
    sends_seed: bool = True
    """Send the run's number as `seed`; false for servers that refuse it."""
    request: dict[str, Any] = Field(default={})
    """Further fields of each request, as `{reasoning_effort: low}`; they are part of the key."""

    @property
    def engine(self) -> dict[str, object]:
        """Settings that change a reply."""
        fields = ("structured_output", "sends_temperature", "sends_seed", "request")
        return {field: getattr(self, field) for field in fields}

    def identity(self, precision: str) -> dict[str, Any]:
        """What determines a reply."""
        return {
            "provider": self.provider,
            "model_id": self.model_id,
            "revision": None,
            "precision": precision,
            "engine": self.engine,
        }


_FIXED = {"--host", "--port", "--api-key", "--model", "--model-alias", "--served-model-name"}
"""Arguments of servers that are started: where they listen, to whom, and by which name."""


class OpenAIModel(CompletionsModel):
    """A model behind a server that speaks Chat Completions: OpenAI's own, or any other."""

    provider: Literal["openai"]
    """Calls a server, which `base_url` names or `serve` starts."""
    base_url: Address | None = None
    """Address of the server, as `http://localhost:8000/v1`; null: `OPENAI_BASE_URL`, or OpenAI."""
    key_variable: str = "OPENAI_API_KEY"
    """Environment variable that holds the key."""
    batch: bool = False
    """Ask through the Batch API: half the price, and replies within a day."""
    serve: Literal["vllm", "llama_cpp"] | None = None
    """Start this server for the job: with `model_id` from the hub, or what `path` names."""
    path: str | None = None
    """With `serve`: folder of the weights, or the GGUF file."""
    revision: str | None = None
    """With `serve`: commit of the hub repository."""
    serve_options: tuple[str, ...] = ()
    """With `serve`: further arguments of the server's command."""
    startup_seconds: float = Field(default=900, gt=0)
    """With `serve`: until the server must be ready."""
    gpus: int = Field(default=0, ge=0)
    """With `serve`: GPUs that the server uses."""
    mem_mb: int = Field(default=1000, gt=0)
    """Main memory that a job needs, in MB."""

    @model_validator(mode="after")
    def _one_server(self) -> Self:
        if self.serve is None:
            used = ("path", "revision", "serve_options", "gpus")
            wrong = [name for name in used if name in self.model_fields_set]
            if wrong:
                raise ValueError(f"{wrong[0]}: belongs to `serve`, which is not set")
        elif self.base_url is not None or self.batch:
            raise ValueError("serve: starts a server of its own; leave out `base_url` and `batch`")
        elif self.serve == "vllm" and self.path is None and not _is_commit(self.revision):
            raise ValueError("revision: pin the hub's weights to the 40 hex digits of a commit")
        elif self.serve == "llama_cpp" and self.path is None:
            raise ValueError("path: name the GGUF file that is served")
        fixed = [o for o in self.serve_options if o.partition("=")[0].replace("_", "-") in _FIXED]
        if fixed:
            raise ValueError(f"serve_options: `{fixed[0]}` is set for every server; leave it out")
        return self

    @property
    def engine(self) -> dict[str, object]:
        """Settings that change a reply."""
        names = ("serve", "path", "serve_options", "gpus", "context_tokens")
        served = {name: getattr(self, name) for name in names if self.serve is not None}
        return {**super().engine, "base_url": self.base_url, **served}

    def identity(self, precision: str) -> dict[str, Any]:
        """What determines a reply."""
        return {**super().identity(precision), "revision": self.revision}

    @property
    def devices(self) -> int:
        """GPUs that a job holds."""
        return self.gpus

    @property
    def runs_here(self) -> bool:
        """Whether the job itself computes: it does if it starts the server."""
        return self.serve is not None

    @property
    def memory_mb(self) -> int:
        """Main memory that a job needs, in MB."""
        return self.mem_mb

    @property
    def keys(self) -> tuple[str, ...]:
        """Environment variables that must be set."""
        return () if self.serve is not None else (self.key_variable,)


class OpenRouterModel(CompletionsModel):
    """A model of many providers behind openrouter.ai."""

    provider: Literal["openrouter"]
    """Calls openrouter.ai; the key is the environment's `OPENROUTER_API_KEY`."""
    base_url: Address = "https://openrouter.ai/api/v1"
    """Address, for a proxy of one's own."""
    providers: tuple[str, ...] = ()
    """Who may run the model, in this order; empty: whoever OpenRouter picks, which may change."""
    quantizations: tuple[str, ...] = ()
    """Precisions that are taken, as `[bf16]`; empty: any."""

    @property
    def engine(self) -> dict[str, object]:
        """Settings that change a reply."""
        own = ("base_url", "providers", "quantizations")
        return {**super().engine, **{field: getattr(self, field) for field in own}}

    @property
    def states_cost(self) -> bool:
        """OpenRouter says it, as it is asked to."""
        return True

    @property
    def keys(self) -> tuple[str, ...]:
        """Environment variables that must be set."""
        return ("OPENROUTER_API_KEY",)


class BedrockModel(RemoteModel):
    """A model of Amazon Bedrock, through its Converse API."""

    provider: Literal["bedrock"]
    """Calls AWS; keys are those that boto3 finds in the environment or its profile."""
    region: str
    """The AWS region, as `us-east-1`."""
    endpoint_url: Address | None = None
    """Address of an endpoint of one's own (VPC); null: the region's."""
    structured_output: bool = False
    """Hold the model to the form of a reply by its schema; not all models can be held."""
    sends_temperature: bool = True
    """False for models that refuse to be told a temperature."""
    request: dict[str, Any] = Field(default={})
    """The model's own request fields (`additionalModelRequestFields`); part of the key."""

    def identity(self, precision: str) -> dict[str, Any]:
        """What determines a reply; the region is part of it, models differ between them."""
        fields = ("region", "endpoint_url", "structured_output", "sends_temperature", "request")
        return {
            "provider": self.provider,
            "model_id": self.model_id,
            "revision": None,
            "precision": precision,
            "engine": {field: getattr(self, field) for field in fields},
        }


def _is_commit(revision: str | None) -> bool:
    from wattrag.config.weights import COMMIT

    return COMMIT.match(revision or "") is not None

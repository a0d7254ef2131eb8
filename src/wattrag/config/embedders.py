"""Entries of `models.yaml` that turn texts into vectors, or score texts for a question."""

from typing import Literal, Self

from pydantic import Field, model_validator

from wattrag.config.address import Address
from wattrag.config.base import Config
from wattrag.config.declared import DeclaredModel
from wattrag.config.weights import LocalWeights

Role = Literal["query", "passage"]


class RoleInput(Config):
    """What a model is given besides the text, for questions or for passages."""

    prompt: str | None = None
    """Put before each text."""
    prompt_name: str | None = None
    """A prompt that the model brings along, by its name there; instead of `prompt`."""
    task: str | None = None
    """The model's own task or adapter of this name."""

    @model_validator(mode="after")
    def _one_prompt(self) -> Self:
        if self.prompt is not None and self.prompt_name is not None:
            raise ValueError("give `prompt` or `prompt_name`, not both")
        return self


class _Embedding(DeclaredModel):
    dimensions: int = Field(gt=0)
    """Length of a vector."""
    matryoshka: tuple[int, ...] = ()
    """Lengths a vector may be cut to, its own among them; empty: it cannot be cut."""
    query: RoleInput = RoleInput()
    """Given with a question."""
    passage: RoleInput = RoleInput()
    """Given with a text of the index."""

    @model_validator(mode="after")
    def _dimensions_exist(self) -> Self:
        if self.matryoshka and self.dimensions not in self.matryoshka:
            listed = ", ".join(map(str, self.matryoshka))
            raise ValueError(f"dimensions: {self.dimensions} is none of {listed} (`matryoshka`)")
        return self

    @property
    def _space(self) -> dict[str, object]:
        """What determines a vector besides its text, its role and the last bits' numerics."""
        raise NotImplementedError

    @property
    def numerics(self) -> dict[str, object]:
        """What else changes the last bits of a vector."""
        return {}

    @property
    def identity(self) -> dict[str, object]:
        """What determines the vector space: indexes and questions must agree in it."""
        return {**self._space, "query": self._role("query"), "passage": self._role("passage")}

    def vector_identity(self, role: Role) -> dict[str, object]:
        """What determines the vectors of one role, numerics aside."""
        return {**self._space, "input": self._role(role)}

    @property
    def spec(self) -> dict[str, object]:
        """Everything here that changes a vector."""
        return {**self.identity, **self.numerics}

    def _role(self, role: Role) -> dict[str, object]:
        given = self.query if role == "query" else self.passage
        return given.model_dump(exclude_none=True)


class SentenceTransformersEmbedder(LocalWeights, _Embedding):
    """A sentence-transformers model: from a package, a folder or a pinned hub revision."""

    provider: Literal["sentence_transformers"]
    """Runs locally, on a CPU or a GPU."""
    max_seq_length: int | None = Field(default=None, gt=0)
    """Tokens of a text that are read; null: as many as the model takes."""

    images: bool = False
    """The model embeds images too; so far, models with code of their own."""

    @property
    def _space(self) -> dict[str, object]:
        fields = ("provider", "dimensions", "max_seq_length", "trust_remote_code")
        return {**self.origin, **{field: getattr(self, field) for field in fields}}


class OpenAIEmbedder(_Embedding):
    """A model behind `/v1/embeddings`: OpenAI's own, or any server that speaks its protocol."""

    provider: Literal["openai_embeddings"]
    """Needs the extra `wattrag[api]` and OPENAI_API_KEY in the environment."""
    model_id: str
    """The model's name at the server; with `matryoshka`, `dimensions` is sent along."""
    base_url: Address | None = None
    """Address of the server, as `http://localhost:8000/v1`; null: `OPENAI_BASE_URL`, or OpenAI."""
    batch_size: int = Field(default=64, gt=0, le=2048)
    """Texts per request."""
    max_concurrent: int = Field(default=4, gt=0, le=64)
    """Requests in flight at a time."""
    max_chars: int = Field(default=20_000, gt=0)
    """Characters of a text that are sent, at most."""
    max_retries: int = Field(default=5, ge=0, le=20)
    """Further tries of a request that failed with 408, 409, 429, 5xx or no connection."""
    timeout_seconds: float = Field(default=300, gt=0, le=3600)
    """For one request with all its tries."""
    mem_mb: int = Field(default=1000, gt=0)
    """Main memory a job needs, in MB."""

    @model_validator(mode="after")
    def _prompts_only(self) -> Self:
        for role in (self.query, self.passage):
            if role.prompt_name is not None or role.task is not None:
                raise ValueError("query, passage: the protocol knows no prompt names and no tasks")
        return self

    @property
    def _space(self) -> dict[str, object]:
        fields = ("provider", "model_id", "base_url", "dimensions", "max_chars")
        shortened = {"matryoshka": bool(self.matryoshka)}
        return {**{field: getattr(self, field) for field in fields}, **shortened}

    @property
    def pinned(self) -> bool:
        """A server's model cannot be pinned; its vectors are kept in the store."""
        return True

    @property
    def gpus(self) -> int:
        """Devices a job holds."""
        return 0


class CrossEncoderModel(LocalWeights):
    """A sentence-transformers cross-encoder: reads question and text together, scores the pair."""

    provider: Literal["cross_encoder"]
    """Runs locally, on a CPU or a GPU."""
    max_length: int = Field(default=512, gt=0)
    """Tokens of question and text together; a longer text is cut."""

    @property
    def identity(self) -> dict[str, object]:
        """What determines a score, numerics aside."""
        fields = ("provider", "max_length", "trust_remote_code")
        return {**self.origin, **{field: getattr(self, field) for field in fields}}

    @property
    def spec(self) -> dict[str, object]:
        """Everything here that changes a score."""
        return {**self.identity, **self.numerics}

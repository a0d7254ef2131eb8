"""Where the weights of a local model come from and how they run here."""

import re
from typing import Literal, Self

from pydantic import Field, model_validator

from wattrag.config.declared import DeclaredModel

COMMIT = re.compile(r"^[0-9a-f]{40}$")


class Weights(DeclaredModel):
    """A model whose weights run on this machine: where they come from, and what computes."""

    package: str | None = None
    """Python package that carries the weights; no download."""
    path: str | None = None
    """Folder with the weights; set `revision` to what tells its versions apart."""
    model_id: str | None = None
    """Hub id, where neither a package nor a folder has the weights; `revision` must be a commit."""
    revision: str | None = None
    """Commit of the hub repository (40 hex digits), so that the results stay the same."""
    trust_remote_code: bool = False
    """Run the code in the model's repository; refused unless `revision` is a commit."""
    device: Literal["cpu", "cuda", "mps", "auto"] = "cpu"
    """What computes; `auto` takes a GPU where there is one."""
    mem_mb: int = Field(default=2000, gt=0)
    """Main memory a job needs, in MB."""

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        given = [o for o in (self.package, self.path, self.model_id) if o is not None]
        if len(given) != 1:
            raise ValueError("needs one of `package`, `path` and `model_id`")
        if self.trust_remote_code and not self._is_commit:
            raise ValueError(
                "trust_remote_code: runs the code in the model's repository, so that must not "
                "change; set `revision` to the 40 hex digits of a commit you have read"
            )
        return self

    @property
    def _is_commit(self) -> bool:
        return COMMIT.match(self.revision or "") is not None

    @property
    def pinned(self) -> bool:
        """Whether the weights stay the same: what the hub's owner may change is pinned."""
        return self.model_id is None or self._is_commit

    @property
    def origin(self) -> dict[str, object]:
        """Which weights and code these are."""
        fields = ("package", "path", "model_id", "revision")
        return {field: getattr(self, field) for field in fields}

    @property
    def numerics(self) -> dict[str, object]:
        """What else changes the last bits of a result."""
        return {"device": self.device}


class LocalWeights(Weights):
    """Weights that turn texts into vectors or scores."""

    dtype: Literal["fp32", "fp16", "bf16"] = "fp32"
    """Number format of the weights; 16 bit pays on a GPU, not on a CPU."""
    batch_size: int = Field(default=8, gt=0)
    """Texts per forward pass; small ones are fastest on a CPU, 64 and more on a GPU. An embedder
    that is a BERT on a CPU reads packs of 256 tokens, whatever this says."""

    @property
    def numerics(self) -> dict[str, object]:
        """What else changes the last bits of a result."""
        return {f: getattr(self, f) for f in ("device", "dtype", "batch_size")}

    @property
    def gpus(self) -> int:
        """Devices a job holds."""
        return 0 if self.device == "cpu" else 1

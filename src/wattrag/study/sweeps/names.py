"""Names of what sweeps derive: readable, safe as folders, equal for equal settings.

Snakemake's `Paramspace` is not used for them: it writes a dotted setting as `_0`, a null beside
numbers turns 16 into 16.0, and values are read back from paths, which separators within a value
make ambiguous. Here names are only written; what a point is stands in the settings.
"""

import hashlib
import re
from collections.abc import Mapping

from wattrag.config.sweeps import Value

SIGN = "~"
"""In every derived name and in none that a configuration may give."""
_PLAIN = re.compile(r"[A-Za-z0-9_.+-]{1,40}")
_LONGEST = 150
_SHORT = 30


def is_derived(name: str) -> bool:
    """Whether a pipeline, retriever or index was derived from a sweep."""
    return SIGN in name


def value_text(value: Value) -> str:
    """A value as it stands in names; what cannot stand in a path is shortened and hashed."""
    text = str(value)
    if _PLAIN.fullmatch(text) and not text.endswith("."):
        return text
    return f"{re.sub(r'[^A-Za-z0-9_+-]+', '-', text)[:_SHORT]}-{_hash(text)}"


def derived_name(base: str, changed: Mapping[str, Value]) -> str:
    """The name of `base` with settings changed, whatever their order; `base` if none are.

    `hybrid~rerank_strategy=score~top_k=4`. Long names end in a hash of the whole.
    """
    parts = (f"{param}={value_text(value)}" for param, value in sorted(changed.items()))
    name = SIGN.join((base, *parts))
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 9]}-{_hash(name)}"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]

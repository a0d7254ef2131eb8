"""How the servers are started that a job runs for itself: their commands and environments."""

import functools
import os
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path

from wattrag.config.chat import OpenAIModel
from wattrag.errors import InputError
from wattrag.llm.llama_cpp.files import EXTRA, check_gguf
from wattrag.llm.served.process import HOST, Launch

NEEDED = (
    "llama_cpp",
    "uvicorn",
    "fastapi",
    "pydantic_settings",
    "sse_starlette",
    "starlette_context",
)
"""What `llama_cpp.server` imports."""
SAMPLING = {
    "vllm": {"top_p": 1.0, "top_k": -1, "min_p": 0.0, "repetition_penalty": 1.0},
    "llama_cpp": {"top_p": 1.0, "top_k": 0, "min_p": 0.0, "repeat_penalty": 1.0},
}
"""Sent with each request: the servers' own values differ, and change with their versions."""
_SECRET = re.compile(
    r"(^|_)(API)?(KEYS?|TOKENS?|SECRETS?|PASS|PASSWD|PASSWORDS?|CREDENTIALS?|COOKIES?|PAT)(_|$)"
    r"|^(AWS|AZURE|GOOGLE)_",
    re.IGNORECASE,
)
_PASSWORD = re.compile(r"://[^/\s]*:[^/\s]*@")
_SETTING = re.compile(r"^    (\w+): ", re.MULTILINE)


def launch_of(entry: OpenAIModel, key: str) -> Launch:
    """How the server of an entry is started.

    Raises:
        InputError: the server or the weights are not on this machine.
    """
    make = _vllm if entry.serve == "vllm" else _llama_cpp
    return make(entry, key)


def _vllm(entry: OpenAIModel, key: str) -> Launch:
    executable = shutil.which("vllm")
    if executable is None:
        problem = "needs the program `vllm`, which is not on the PATH"
        raise InputError(entry.name, problem, "`pip install vllm`")
    if entry.path is not None and not Path(entry.path).exists():
        raise InputError(entry.name, f"there is no '{entry.path}'", "correct `path` in models.yaml")
    fixed = ["--host", HOST, "--served-model-name", entry.model_id]
    if entry.path is None:
        fixed += ["--revision", entry.revision or ""]
    if entry.gpus > 1:
        fixed += ["--tensor-parallel-size", str(entry.gpus)]
    given = {"VLLM_API_KEY": key, "VLLM_NO_USAGE_STATS": "1"}
    return Launch(
        where=entry.name,
        command=lambda port: [
            executable, "serve", entry.path or entry.model_id,
            *fixed, "--port", str(port), *entry.serve_options,
        ],
        environment=lambda _: {**clean_environment(entry.key_variable), **given},
        key=key,
        seconds=entry.startup_seconds,
    )  # fmt: skip


def _llama_cpp(entry: OpenAIModel, key: str) -> Launch:
    missing = [package for package in NEEDED if find_spec(package) is None]
    if missing:
        cure = f"install the extra `wattrag[{EXTRA}]`"
        raise InputError(entry.name, f"needs the package '{missing[0]}'", cure)
    path = entry.path or ""
    check_gguf(entry.name, Path(path))
    # logits of all tokens, which it keeps by default, take gigabytes and serve nothing here
    fixed = ["--model", path, "--model_alias", entry.model_id, "--logits_all", "false"]
    if entry.context_tokens is not None:
        fixed += ["--n_ctx", str(entry.context_tokens)]
    if entry.gpus:
        fixed += ["--n_gpu_layers", "-1"]

    def environment(port: int) -> dict[str, str]:
        kept = clean_environment(entry.key_variable)
        settings = llama_cpp_settings()  # a variable of such a name would change the server
        kept = {name: value for name, value in kept.items() if name.lower() not in settings}
        return {**kept, "HOST": HOST, "PORT": str(port), "API_KEY": key}

    return Launch(
        where=entry.name,
        command=lambda port: [
            sys.executable, "-P", "-m", "llama_cpp.server",
            *fixed, "--host", HOST, "--port", str(port), *entry.serve_options,
        ],
        environment=environment,
        key=key,
        seconds=entry.startup_seconds,
    )  # fmt: skip


@functools.cache
def llama_cpp_settings() -> frozenset[str]:
    """The settings of `llama_cpp.server`, each of which it also takes from the environment."""
    package = find_spec("llama_cpp")
    assert package is not None  # noqa: S101 - looked for before
    settings = Path(package.origin or "").parent / "server" / "settings.py"
    return frozenset({*_SETTING.findall(settings.read_text("utf-8")), "config_file"})


def clean_environment(key_variable: str) -> Mapping[str, str]:
    """This process's environment for a server: offline, and without what looks like a secret."""
    offline = {"HF_HUB_OFFLINE": "1", "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1"}
    return {**dict(_harmless(key_variable)), **offline}


def _harmless(key_variable: str) -> Iterator[tuple[str, str]]:
    for name, value in os.environ.items():
        if name != key_variable and not _SECRET.search(name) and not _PASSWORD.search(value):
            yield name, value

"""`wattrag models fetch` against a real server in the hub's place."""

import os
import subprocess
import sys

import pytest

from tests.hub_server import COMMIT, TOKEN, hub_server

FILES = {
    "config.json": b"{}",
    "model.safetensors": b"weights" * 100,
    "pytorch_model.bin": b"the same again",
    "original/consolidated.00.pth": b"and again",
    "model-q4.gguf": b"GGUF" + b"x" * 100,
}
MODELS = f"""
here: {{provider: hf_local, model_id: owner/model, revision: {COMMIT}, name: Here}}
gguf:
  {{provider: llama_cpp, model_id: owner/model, file: model-q4.gguf, revision: {COMMIT},
   quantization: Q4, name: GGUF}}
gated: {{provider: hf_local, model_id: owner/gated, revision: {COMMIT}, name: Gated}}
gone: {{provider: hf_local, model_id: owner/gone, revision: {COMMIT}, name: Gone}}
moved: {{provider: hf_local, model_id: owner/model, revision: {"f" * 40}, name: Moved}}
loose: {{provider: hf_local, model_id: owner/model, name: Loose}}
file: {{provider: llama_cpp, model_id: owner/model, file: no.gguf, revision: {COMMIT},
  quantization: Q4, name: File}}
api: {{provider: openai, model_id: m, name: API}}
"""


@pytest.fixture
def study(tmp_path):
    (tmp_path / "config").mkdir()
    (tmp_path / "config/models.yaml").write_text(MODELS)
    return tmp_path


COMMAND = "from wattrag.cli.main import main; main()"


def wattrag(folder, hub, *arguments, offline=False, code=COMMAND):
    """Run the command in a process of its own: the hub's library reads its address once."""
    env = {
        **os.environ,
        "HF_HOME": str(folder / "hub"),
        "HF_ENDPOINT": hub.url,
        "HF_TOKEN": TOKEN,
        "HF_HUB_DISABLE_XET": "1",
        **({"HF_HUB_OFFLINE": "1"} if offline else {}),
    }
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        check=False, cwd=folder, env=env, capture_output=True, text=True,
    )  # fmt: skip


def test_weights_are_fetched_once_and_then_are_here(study):
    with hub_server(FILES) as hub:
        assert "lacks its weights" in wattrag(study, hub, "models").stdout
        done = wattrag(study, hub, "models", "fetch", "here")
        assert done.returncode == 0, done.stderr
        assert sorted(hub.fetched) == ["config.json", "model.safetensors"]
        assert f"Bearer {TOKEN}" in hub.tokens
        assert TOKEN not in done.stdout + done.stderr
        hub.fetched.clear()
        wattrag(study, hub, "models", "fetch", "here")
        assert hub.fetched == []
        listed = wattrag(study, hub, "models", offline=True).stdout.splitlines()
        assert next(line for line in listed if line.startswith("here")).split()[-1] == "yes"


def test_one_file_is_fetched_for_llama_cpp(study):
    with hub_server(FILES) as hub:
        done = wattrag(study, hub, "models", "fetch", "gguf")
        assert done.returncode == 0, done.stderr
        assert hub.fetched == ["model-q4.gguf"]


def test_a_studys_models_are_fetched_together(study):
    (study / "study.yaml").write_text("models: [here, extractive, api]\n")
    with hub_server(FILES) as hub:
        done = wattrag(study, hub, "models", "fetch", "--config", "study.yaml")
        assert [line.split(":")[0] for line in done.stdout.splitlines()] == ["here"]


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("gated", "is gated; accept its licence at huggingface.co/owner/gated and set HF_TOKEN"),
        ("gone", "the hub has no 'owner/gone'; correct `model_id`"),
        ("moved", "has no such commit; correct `revision`"),
        ("file", "has no such file; correct `file`"),
        ("loose", "is not pinned"),
        ("api", "has no weights on the hub"),
        ("hree", "is not declared; did you mean 'here'?"),
        ("hf_local:owner/gone", "the hub has no 'owner/gone'"),
        ("hf_local:../model", "model '../model': is no repository of the hub"),
        ("openai:m", "has no weights on the hub"),
    ],
)
def test_what_cannot_be_fetched_is_one_line(study, name, line):
    with hub_server(FILES) as hub:
        done = wattrag(study, hub, "models", "fetch", name)
    assert done.returncode == 2
    assert line in done.stderr.splitlines()[-1]


ADHOC = "hf_local:owner/model"


def resolved(folder, hub, *models):
    """What a study of these models makes of them: names, commits, whether foreign code may run."""
    code = (
        "import sys; from wattrag.study.load import read_settings, study_models\n"
        "for name, entry in study_models(read_settings({'models': sys.argv[1:]})).items():\n"
        "    if '--' in name: print(name, entry.revision, entry.trust_remote_code, entry.name)"
    )
    return wattrag(folder, hub, *models, code=code)


def test_an_ad_hoc_model_is_pinned_to_the_commit_that_was_fetched(study):
    with hub_server(FILES) as hub:
        failed = resolved(study, hub, ADHOC)
        assert failed.stderr.splitlines()[-1].endswith(
            f"model '{ADHOC}': names no commit, and this machine's cache of the hub holds none; "
            f"run `wattrag models fetch {ADHOC}`, or write {ADHOC}@ and the commit's 40 hex digits"
        )
        done = wattrag(study, hub, "models", "fetch", ADHOC)
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith(f"{ADHOC}: ")
        assert done.stdout.strip().endswith(COMMIT)
        found = resolved(study, hub, ADHOC)
        assert found.stdout.strip() == f"owner--model {COMMIT} False owner/model", found.stderr
        # What is written wins, whatever the cache holds.
        found = resolved(study, hub, f"{ADHOC}@{'f' * 40}")
        assert found.stdout.strip() == f"owner--model {'f' * 40} False owner/model"


def test_a_studys_ad_hoc_models_are_fetched_with_the_declared_ones(study):
    (study / "study.yaml").write_text(f"models: ['{ADHOC}@{COMMIT}', extractive, 'openai:m-1']\n")
    with hub_server(FILES) as hub:
        done = wattrag(study, hub, "models", "fetch", "--config", "study.yaml")
    assert [line.rpartition(":")[0] for line in done.stdout.splitlines()] == [f"{ADHOC}@{COMMIT}"]

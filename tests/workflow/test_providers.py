"""Every provider answers in the workflow, and what it replied is never asked again.

Random weights say nothing that is an answer: what counts here is that each question was put, its
reply stored with its tokens, and that a second run needs neither the server nor the weights.
"""

import json
import os
import re
import shutil
import sys
from pathlib import Path

import pytest

from tests.batch_server import batch_server
from tests.bedrock_server import MODEL, bedrock_server, plant_keys
from tests.chat_server import KEY, chat_server
from tests.conftest import ALL
from wattrag.answering.chat.reader import REPAIR_TURNS

from .study import DOCUMENTS, ROOT, declare, read_config, read_csv, snakemake, write_config
from .study import QUESTIONS as ASKED

pytestmark = pytest.mark.workflow

QUESTIONS = len(ASKED)
RUN = "results/experiments/local/train/bm25/chat/api/run1"
DOCUMENT_IDS = {Path(name).stem for name in DOCUMENTS}
BROKEN = "http://127.0.0.1:9/v1"


@pytest.fixture
def study(answering_study):
    """The study with short replies; those that are no answers are kept as errors."""
    short = {"generation": {"max_new_tokens": 24, "temperature": 0}, "allow_errors": True}
    write_config(answering_study, read_config(answering_study) | short)
    return answering_study


def answered(study, precision="api"):
    """Answer all questions; what that took."""
    run = f"results/experiments/local/train/bm25/chat/{precision}/run1"
    shutil.rmtree(study / run, ignore_errors=True)
    snakemake(study, f"{run}/submission.csv")
    rows = (study / run / "answers.jsonl").read_text().splitlines()
    assert len(rows) == QUESTIONS
    return json.loads((study / run / "usage.json").read_text())


def check_asked_once(study, take_away, precision="api", *, counted=True):
    """All questions are asked; then, with the model gone, all replies come from the store."""
    first = answered(study, precision)
    # A reply that cannot be read is asked for again, one that cites nothing deeper.
    assert QUESTIONS <= first["calls"] <= 2 * QUESTIONS * (1 + REPAIR_TURNS)
    if counted:
        assert first["input_tokens"] > QUESTIONS
        assert first["output_tokens"] > 0
    take_away()
    second = answered(study, precision)
    assert (second["calls"], second["reused"]) == (0, first["calls"] + first["reused"])


def keyed(monkeypatch, url):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_BASE_URL", url)


def test_openai(study, monkeypatch):
    with chat_server() as server:
        keyed(monkeypatch, server.url)
        declare(study, "chat: {provider: openai, model_id: m, name: Chat}")
        check_asked_once(study, lambda: monkeypatch.delenv("OPENAI_API_KEY"))
        assert {*server.questions} == {text for _, text, *_ in ASKED}


@pytest.mark.slow  # it looks for the batch every half a minute
def test_openai_in_one_batch(study, monkeypatch):
    with batch_server() as server:
        keyed(monkeypatch, server.url)
        declare(study, "chat: {provider: openai, model_id: m, name: Chat, batch: true}")
        check_asked_once(study, lambda: monkeypatch.delenv("OPENAI_API_KEY"))


@pytest.mark.slow
def test_openrouter(study, monkeypatch):
    with chat_server() as server:
        monkeypatch.setenv("OPENROUTER_API_KEY", KEY)
        declare(
            study,
            f"chat: {{provider: openrouter, model_id: org/m, name: Chat, base_url: '{server.url}',"
            " providers: [lab], quantizations: [bf16]}",
        )
        check_asked_once(study, lambda: monkeypatch.delenv("OPENROUTER_API_KEY"))
        assert server.requests[0]["provider"] == {
            "order": ["lab"], "allow_fallbacks": False, "quantizations": ["bf16"],
            "require_parameters": True,
        }  # fmt: skip
        assert server.keys == {f"Bearer {KEY}"}


@pytest.mark.slow
def test_bedrock(study, monkeypatch, tmp_path):
    plant_keys(monkeypatch, tmp_path)
    with bedrock_server() as server:
        declare(
            study,
            f"chat: {{provider: bedrock, model_id: '{MODEL}', name: Chat, region: us-east-1,"
            f" endpoint_url: '{server.url}'}}",
        )
        check_asked_once(study, lambda: monkeypatch.delenv("AWS_SECRET_ACCESS_KEY"))


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["fp32", "4bit"])
def test_hf_local(study, precision):
    from tests.unit.tiny_models import make_qwen

    weights = make_qwen(study / "weights", longest=8192)
    declare(
        study,
        f"chat: {{provider: hf_local, path: weights, name: Chat, device: cpu,"
        f" vram_gb: {{{precision}: 0.1}}}}",
    )
    check_asked_once(study, lambda: shutil.rmtree(weights), precision)


@pytest.mark.slow
def test_a_server_that_the_job_starts(study, monkeypatch):
    from tests.unit.test_served_chat import STAND_IN

    program = study / "bin/vllm"
    program.parent.mkdir()
    program.write_text(STAND_IN.format(python=sys.executable))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    declare(
        study,
        f"chat: {{provider: openai, serve: vllm, model_id: org/m, name: Chat,"
        f" revision: {'a' * 40}, serve_options: [--state, started.jsonl]}}",
    )
    check_asked_once(study, program.unlink)
    assert len((study / "started.jsonl").read_text().splitlines()) == 1


@pytest.mark.llama_cpp
def test_llama_cpp(study):
    if not ALL:
        pytest.importorskip("llama_cpp")
    from tests.tiny_gguf import make_gguf

    weights = make_gguf(study / "tiny.gguf")
    declare(
        study,
        "chat: {provider: llama_cpp, path: tiny.gguf, quantization: F32, name: Chat,"
        " context_tokens: 8192, threads: 1}",
    )
    check_asked_once(study, weights.unlink, "F32")


@pytest.mark.llama_cpp
def test_llama_cpps_own_server(study):
    """The whole path to a score, on the real server: nonsense answers, all records right."""
    if not ALL:
        pytest.importorskip("llama_cpp")
    from tests.tiny_gguf import make_gguf

    weights = make_gguf(study / "tiny.gguf")
    declare(
        study,
        "chat: {provider: openai, serve: llama_cpp, path: tiny.gguf, model_id: tiny, name: Chat,"
        " context_tokens: 8192}",
    )
    # Long enough, and at random, for strings to end: then the reply is one of the form asked for.
    lively = {"max_new_tokens": 2000, "temperature": 1}
    write_config(study, read_config(study) | {"generation": lively})
    check_asked_once(study, weights.unlink)
    snakemake(study, f"{RUN}/summary.json")
    check_records(study / RUN)


def check_records(run):
    """Each question has a record that says what was tried; files agree on what came of it."""
    records = list(map(json.loads, (run / "answers.jsonl").read_text().splitlines()))
    for record in records:
        assert record["schema_version"] == 1
        assert len(record["tried"]) == record["attempts"] >= 1
        assert all(isinstance(made["raw_response"], str) for made in record["tried"])
        answered = record["status"] == "ok"
        assert (record["answer"] is not None) == (record["error"] is None) == answered
        assert record["error_kind"] == (None if answered else "unreadable")
        blank = answered and record["answer"]["value"] == "is_blank"
        assert (record["checks"] is not None) == (answered and not blank)
        if record["checks"] is not None:
            unshown = {*record["checks"]["unshown_ref_id"]}
            assert {*record["answer"]["ref_id"]} - unshown <= DOCUMENT_IDS
    errors = [record["id"] for record in records if record["status"] == "error"]
    assert len(errors) < len(records)  # the server holds replies to their form

    usage = json.loads((run / "usage.json").read_text())
    assert usage["schema_version"] == 1
    assert [one["id"] for one in usage["questions"]] == [record["id"] for record in records]
    for one in usage["questions"]:
        assert one["latency_seconds"] >= one["generation_seconds"] > 0
        assert one["latency_seconds"] >= one["prompt_seconds"] + one["parse_seconds"] > 0
    assert usage["error_count"] == len(errors)

    rows = {row["id"]: row["answer_value"] for row in read_csv(run / "submission.csv")}
    assert rows == {r["id"]: r["answer"]["value"] for r in records if r["answer"] is not None}
    scored = json.loads((run / "results.json").read_text())
    assert [row["id"] for row in scored] == [record["id"] for record in records]
    summary = json.loads((run / "summary.json").read_text())
    assert summary["schema_version"] == 1
    assert (summary["num_questions"], summary["error_count"]) == (QUESTIONS, len(errors))
    assert 0 <= summary["overall_score"] <= 1


def test_a_provider_of_another_package(study, monkeypatch):
    """The package that the guide shows, installed as packages are."""
    guide = (ROOT / "docs/models.md").read_text()
    toml, code = re.search(r"```toml\n(.*?)```.*?```python\n(.*?)```", guide, re.DOTALL).groups()
    site = study / "site"
    info = site / "my_package-1.0.dist-info"
    info.mkdir(parents=True)
    point = re.search(r"^echo = \"(.*)\"$", toml, re.MULTILINE)[1]
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: my-package\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[wattrag.providers]\necho = {point}\n")
    (site / "my_package").mkdir()
    (site / "my_package/echo.py").write_text(code)
    monkeypatch.setenv("PYTHONPATH", str(site))
    declare(study, "chat: {provider: echo, name: Echo}")
    check_asked_once(study, lambda: None, counted=False)


def test_stored_replies_need_no_torch(tmp_path):
    """A job whose replies are all stored loads nothing: it does not even import what would."""
    import subprocess

    code = Path(__file__).with_name("stored_job.py")
    done = subprocess.run(
        [sys.executable, code, tmp_path], check=False, cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr

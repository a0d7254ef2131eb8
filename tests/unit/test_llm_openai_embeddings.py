"""Embedders behind `/v1/embeddings`, against a real server on loopback."""

import asyncio
import gzip
import json
import logging
import socket

import numpy as np
import pytest

from wattrag.config.embedders import OpenAIEmbedder
from wattrag.errors import InputError, RunFailedError
from wattrag.index.cache import embed_texts
from wattrag.llm.embedders.embedding import embedder_of_index, load_embedder
from wattrag.store.vectors import VectorStore

from .embedding_server import embedding_server, good, vector

pytest.importorskip("openai", reason="the extra `api` is not installed")
KEY = "sk-planted-0123456789abcdef"
TEXTS = ["water", "air", "energy", "litres", "x"]


@pytest.fixture
def server(monkeypatch):
    for name in ("OPENAI_BASE_URL", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with embedding_server() as running:
        yield running


@pytest.fixture
def entry(server):
    def make(**changed):
        plain = {"name": "Remote", "model_id": "m", "base_url": server.address, "dimensions": 4}
        return OpenAIEmbedder(provider="openai_embeddings", **plain | {"max_retries": 0} | changed)

    return make


def units(texts, dimensions=4):
    rows = np.array([vector(text, dimensions) for text in texts])
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def fails(entry, kind, match, **changed):
    with pytest.raises(kind, match=match) as failed:
        load_embedder(entry(**changed)).encode(TEXTS, "passage")
    assert KEY not in str(failed.value)
    assert "\n" not in str(failed.value)


def test_texts_become_unit_vectors_in_their_order(server, entry):
    found = load_embedder(entry(batch_size=2)).encode(TEXTS, "passage")
    assert found == pytest.approx(units(TEXTS), abs=1e-6)
    assert found.dtype == np.float32
    assert sorted(len(body["input"]) for body in server.bodies) == [1, 2, 2]
    assert {body["path"] for body in server.bodies} == {"/v1/embeddings"}
    assert {body["model"] for body in server.bodies} == {"m"}
    assert set(server.keys) == {f"Bearer {KEY}"}
    assert load_embedder(entry()).encode([], "query").shape == (0, 4)


def test_dimensions_are_asked_for_only_if_the_model_can_be_cut(server, entry):
    load_embedder(entry()).encode(TEXTS, "query")
    cut = load_embedder(entry(dimensions=3, matryoshka=[3, 4])).encode(TEXTS, "query")
    assert cut == pytest.approx(units(TEXTS, 3), abs=1e-6)
    assert [body.get("dimensions") for body in server.bodies] == [None, 3]


def test_each_side_has_its_prompt_and_long_and_empty_texts_are_sent_cut(server, entry):
    embedder = load_embedder(entry(query={"prompt": "ask: "}, max_chars=8))
    embedder.encode(["energy", ""], "query")
    embedder.encode(["energy use", ""], "passage")
    assert [body["input"] for body in server.bodies] == [["ask: ene", "ask: "], ["energy u", " "]]
    assert embedder.vector_key("query") != embedder.vector_key("passage")


def test_the_address_comes_from_the_entry_then_from_the_environment(server, entry, monkeypatch):
    monkeypatch.setenv("OPENAI_BASE_URL", server.address)
    load_embedder(entry(base_url=None)).encode(["a"], "query")
    assert len(server.bodies) == 1
    for address in ("ftp://x/v1", "http://me:secret@x/v1", "no address"):
        with pytest.raises(ValueError, match="base_url"):
            entry(base_url=address)


def test_requests_in_flight_are_bounded(server, entry):
    server.delay = 0.05
    texts = [f"text {n}" for n in range(12)]
    found = load_embedder(entry(batch_size=1, max_concurrent=3)).encode(texts, "passage")
    assert found == pytest.approx(units(texts), abs=1e-6)
    assert server.most == 3


def test_it_works_inside_a_running_loop(entry):
    async def notebook():
        return load_embedder(entry()).encode(TEXTS, "query")

    assert asyncio.run(notebook()) == pytest.approx(units(TEXTS), abs=1e-6)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_server_is_asked_again(server, entry, status):
    busy = {"Retry-After-Ms": "10"}
    server.answer = lambda b: (status, busy, b"{}") if len(server.bodies) < 3 else good(b)
    found = load_embedder(entry(max_retries=3)).encode(TEXTS, "passage")
    assert found == pytest.approx(units(TEXTS), abs=1e-6)
    assert len(server.bodies) == 3


@pytest.mark.parametrize(
    ("status", "kind", "match"),
    [
        (401, InputError, "check OPENAI_API_KEY"),
        (404, InputError, "check `model_id` and the address"),
        (400, InputError, "check `model_id`, `dimensions` and `max_chars`"),
        (429, RunFailedError, "the call failed"),
        (500, RunFailedError, "the call failed"),
        (302, RunFailedError, "the call failed"),
    ],
)
def test_a_refusal_is_an_error_without_the_key(server, entry, status, kind, match):
    words = json.dumps({"error": {"message": f"no use for {KEY} here"}}).encode()
    server.answer = lambda b: (
        status,
        {"Location": "http://127.0.0.1:9/", "Retry-After": "0"},
        words,
    )
    fails(entry, kind, match)
    assert len(server.bodies) == 1


def spoiled(change):
    def answer(body):
        reply = good(body)
        other = change(reply["data"])  # what methods of lists return is no reply
        return other if isinstance(other, tuple) or "data" in (other or ()) else reply

    return answer


NAN, LONG = float("nan"), {"index": 9, "embedding": [1, 1, 1, 1]}


@pytest.mark.parametrize(
    ("change", "kind", "match"),
    [
        (lambda d: d.pop(), RunFailedError, r"4 vectors that do not match 5 texts"),
        (lambda d: d.clear(), RunFailedError, r"0 vectors that do not match 5 texts"),
        (lambda d: d.append(LONG), RunFailedError, r"6 vectors that do not match"),
        (lambda d: d[1].update(index=0), RunFailedError, "do not match 5 texts"),
        (lambda d: d[1].update(index=-1), RunFailedError, "do not match 5 texts"),
        (lambda d: d[1].__delitem__("index"), RunFailedError, "no embeddings"),
        (lambda d: d[2].update(embedding=[1.0] * 3), InputError, r"sends 3 .* declared are 4"),
        (lambda d: d[2]["embedding"].append(1.0), InputError, r"sends 5 .* declared are 4"),
        (lambda d: d[2].update(embedding=[NAN] * 4), RunFailedError, "no direction|no embeddings"),
        (lambda d: d[2].update(embedding=[1e999] * 4), RunFailedError, "no direction|no embed"),
        (lambda d: d[2].update(embedding=[0.0] * 4), RunFailedError, "no direction"),
        (lambda d: d[2].update(embedding=["a"] * 4), RunFailedError, "no embeddings"),
        (lambda d: d[2].update(embedding=None), RunFailedError, "no embeddings"),
        (lambda d: {"data": "none"}, RunFailedError, "no embeddings"),
        (lambda d: (200, {}, b"<html>"), RunFailedError, "no embeddings"),
        (lambda d: (200, {}, b""), RunFailedError, "no embeddings"),
        (lambda d: (200, {}, b"[" * 200_000), RunFailedError, "no embeddings"),
    ],
)
def test_a_wrong_reply_is_an_error_never_a_vector(server, entry, change, kind, match):
    server.answer = spoiled(change)
    fails(entry, kind, match)


def test_reordered_vectors_go_to_their_texts(server, entry):
    server.answer = spoiled(lambda data: data.reverse())
    found = load_embedder(entry()).encode(TEXTS, "passage")
    assert found == pytest.approx(units(TEXTS), abs=1e-6)


def test_a_huge_body_is_not_read_whole_even_if_it_is_packed(server, entry):
    server.answer = lambda b: (200, {}, b" " * 3_000_000)
    fails(entry, RunFailedError, r"over the limit of 1,0\d\d,\d{3} bytes")
    server.answer = lambda b: (500, {}, b" " * 3_000_000)
    fails(entry, RunFailedError, "over the limit")
    packed = gzip.compress(b" " * 30_000_000)
    server.answer = lambda b: (200, {"Content-Encoding": "gzip"}, packed)
    fails(entry, RunFailedError, "over the limit")


def test_a_silent_server_and_none_at_all_are_errors(server, entry):
    server.delay = 1.5
    fails(entry, RunFailedError, r"no reply within 0\.3 s", timeout_seconds=0.3)
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    fails(entry, RunFailedError, "Connection error", base_url=f"http://127.0.0.1:{port}/v1")


def test_a_missing_key_is_named_before_anything_is_sent(server, entry, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY")
    fails(entry, InputError, "needs a key in the environment, and OPENAI_API_KEY is not set")
    assert server.bodies == []


def test_one_failed_request_ends_the_others_and_what_came_before_is_kept(server, entry, tmp_path):
    texts = [f"text {n:03d}" for n in range(30)]
    server.answer = lambda b: good(b) if len(server.bodies) < 11 else (500, {}, b"{}")
    embedder = load_embedder(entry(batch_size=1, max_concurrent=1))
    with VectorStore(tmp_path) as store, pytest.raises(RunFailedError):
        embed_texts(embedder, store, texts)
    assert len(server.bodies) == 11
    server.answer = good
    with VectorStore(tmp_path) as store:
        embed_texts(embedder, store, texts)
    asked = [text for body in server.bodies[11:] for text in body["input"]]
    assert len(asked) == 30 - 2 * embedder.chunk


def test_the_key_is_in_no_file_and_no_log(server, entry, tmp_path, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    embedder = load_embedder(entry())
    with VectorStore(tmp_path) as store:
        embed_texts(embedder, store, TEXTS)
    server.answer = lambda b: (500, {}, json.dumps({"error": {"message": KEY}}).encode())
    fails(entry, RunFailedError, r"\*\*\*")
    written = b"".join(p.read_bytes() for p in tmp_path.rglob("*") if p.is_file())
    assert written
    assert KEY.encode() not in written
    out, err = capfd.readouterr()
    assert KEY not in caplog.text + out + err + repr(embedder)


def test_the_key_of_a_space_names_the_model_and_finds_it_again(entry):
    plain = load_embedder(entry())
    for same in ({"name": "Other"}, {"batch_size": 3}, {"max_retries": 2}, {"max_concurrent": 1}):
        assert load_embedder(entry(**same)).key == plain.key
        assert load_embedder(entry(**same)).vector_key("query") == plain.vector_key("query")
    for other in ({"model_id": "n"}, {"dimensions": 5}, {"matryoshka": [4]}, {"max_chars": 9}):
        assert load_embedder(entry(**other)).key != plain.key
    registry = {"a": entry(model_id="n"), "b": entry()}
    assert embedder_of_index(registry, plain.key).key == plain.key


def test_tasks_and_prompt_names_are_not_part_of_the_protocol(entry):
    for given in ({"task": "t"}, {"prompt_name": "p"}):
        with pytest.raises(ValueError, match="knows no prompt names and no tasks"):
            entry(query=given)

"""Models that bring their own code: only pinned, with tasks, for texts and for images."""

import io

import numpy as np
import pytest
from PIL import Image

from wattrag.config.embedders import SentenceTransformersEmbedder
from wattrag.errors import InputError
from wattrag.llm.embedders.custom_code import as_plain_text
from wattrag.llm.embedders.embedding import load_embedder

from .tiny_models import make_custom

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return make_custom(tmp_path_factory.mktemp("custom") / "model")


@pytest.fixture
def entry(path):
    def make(**changed):
        plain = {
            "name": "Letters",
            "path": str(path),
            "revision": COMMIT,
            "trust_remote_code": True,
            "images": True,
            "dimensions": 8,
            "query": {"task": "find", "prompt_name": "ask"},
            "passage": {"task": "store", "prompt_name": "keep"},
        }
        return SentenceTransformersEmbedder(provider="sentence_transformers", **plain | changed)

    return make


def picture(colour, kind="PNG"):
    out = io.BytesIO()
    Image.new("RGB", (9, 7), colour).save(out, kind)
    return out.getvalue()


def counted(text, task):
    row = np.zeros(8)
    for letter in text:
        row[ord(letter) % 7] += 1
    row[7] = task
    return row / np.linalg.norm(row)


def test_each_side_gets_its_task_and_its_prompt(entry):
    embedder = load_embedder(entry())
    texts = ["water", "energy use"]
    asked = [counted("Query: " + text, 3) for text in texts]
    kept = [counted("Passage: " + text, 5) for text in texts]
    assert embedder.encode(texts, "query") == pytest.approx(np.array(asked), abs=1e-6)
    assert embedder.encode(texts, "passage") == pytest.approx(np.array(kept), abs=1e-6)
    assert embedder.vector_key("query") != embedder.vector_key("passage")
    assert embedder.encode([], "query").shape == (0, 8)


def test_images_are_embedded_from_bytes_and_from_files(entry, tmp_path):
    embedder = load_embedder(entry())
    file = tmp_path / "red.jpg"
    file.write_bytes(picture((250, 0, 0), "JPEG"))
    red, blue, filed = embedder.encode_images([picture("red"), picture("blue"), file])
    assert (red.argmax(), blue.argmax(), filed.argmax()) == (0, 2, 0)
    assert np.linalg.norm(red) == pytest.approx(1, abs=1e-6)
    assert embedder.encode_images([]).shape == (0, 8)


def test_what_is_no_image_is_named(entry, tmp_path, monkeypatch):
    embedder = load_embedder(entry())
    with pytest.raises(InputError, match="image 2: is no image that can be read"):
        embedder.encode_images([picture("red"), b"no image"])
    with pytest.raises(InputError, match=r"gone\.png: is no image"):
        embedder.encode_images([tmp_path / "gone.png"])
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10)
    with pytest.raises(InputError, match="image 1: is no image"):
        embedder.encode_images([picture("red")])


def test_a_vector_is_cut_as_declared(entry):
    cut = load_embedder(entry(dimensions=4, matryoshka=[4, 8])).encode(["water"], "query")
    assert cut.shape == (1, 4)
    assert np.linalg.norm(cut) == pytest.approx(1, abs=1e-6)


def test_code_runs_only_if_the_entry_says_so(entry):
    embedder = load_embedder(entry(trust_remote_code=False))
    with pytest.raises(InputError, match=r"comes with code of its own; .*trust_remote_code: true"):
        embedder.encode(["water"], "query")
    with pytest.raises(ValueError, match="40 hex digits"):
        entry(revision="main")


def test_an_unknown_prompt_name_is_refused(entry):
    embedder = load_embedder(entry(query={"task": "find", "prompt_name": "query"}))
    with pytest.raises(InputError, match=r"has no prompt 'query'; it has: ask, keep"):
        embedder.encode(["water"], "query")


def test_a_text_is_never_taken_for_an_address_or_a_file(entry, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "secret.png").write_bytes(picture("red"))
    traps = [
        "http://127.0.0.1/a.png", "HTTPS://x", "Passage: http://x",
        "data:image/png;base64,", "secret.png", "/etc/hosts", "file:///etc/hosts",
    ]  # fmt: skip
    assert [as_plain_text(text) for text in traps] == [f" {text}" for text in traps]
    for text in ("Water use.", "The site http://x is down", "5 kWh", "", "a\0b", "x" * 10_000):
        assert as_plain_text(text) == text
    plain = entry(query={"task": "find"})
    vectors = load_embedder(plain).encode(traps, "query")  # its code raises for a bare address
    assert np.isfinite(vectors).all()


def test_a_model_without_images_says_so(entry):
    with pytest.raises(InputError, match="Letters: does not embed images"):
        load_embedder(entry(images=False)).encode_images([picture("red")])

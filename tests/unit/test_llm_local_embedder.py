"""sentence-transformers entries: roles, prompts, lengths, devices and number formats."""

import numpy as np
import pytest
import torch
from transformers import ElectraModel

from wattrag.config.embedders import RoleInput, SentenceTransformersEmbedder
from wattrag.errors import InputError
from wattrag.index.build import build_index
from wattrag.index.cache import embed_texts
from wattrag.llm.embedders import packs
from wattrag.llm.embedders.embedding import embedder_key, embedder_of_index, load_embedder
from wattrag.store.vectors import VectorStore

from .small_index import CORPUS, SPEC, write_trees
from .tiny_models import DIMENSIONS, make_embedder

TEXTS = [f"hall {n} used {n * 7} litres" + " more" * (n % 9) for n in range(30)] + ["", "x"]
COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return make_embedder(tmp_path_factory.mktemp("model"), {"ask": "question: ", "keep": "text: "})


@pytest.fixture
def entry(path):
    def make(**changed):
        plain = {"name": "Tiny", "path": str(path), "dimensions": DIMENSIONS}
        return SentenceTransformersEmbedder(provider="sentence_transformers", **plain | changed)

    return make


def cosines(a, b):
    return (a * b).sum(axis=1)


def test_a_vector_depends_on_its_text_alone_with_a_prompt_too(entry):
    embedder = load_embedder(entry(query={"prompt": "question: "}))
    for role in ("query", "passage"):
        together = embedder.encode(TEXTS, role)
        alone = np.vstack([embedder.encode([text], role) for text in TEXTS])
        assert together.tobytes() == alone.tobytes()
        assert np.linalg.norm(together, axis=1) == pytest.approx(1, abs=1e-6)


def test_a_network_that_takes_no_packs_is_called_in_batches(entry, tmp_path):
    from sentence_transformers import SentenceTransformer

    path = make_embedder(tmp_path, network=ElectraModel)
    embedder = load_embedder(entry(path=str(path)))
    together = embedder.encode(TEXTS, "passage")
    alone = np.vstack([embedder.encode([text], "passage") for text in TEXTS])
    theirs = SentenceTransformer(str(path), device="cpu").encode(TEXTS, normalize_embeddings=True)
    assert together.tobytes() == alone.tobytes()
    assert together == pytest.approx(theirs, abs=1e-5)


def test_texts_longer_than_a_pack_are_embedded_whole(entry, path, monkeypatch):
    from sentence_transformers import SentenceTransformer

    monkeypatch.setattr(packs, "SMALLEST", 16)
    texts = ["a b c " * 60, "a b c " * 10, "short", "a b c " * 4, "x"]
    model = SentenceTransformer(str(path), device="cpu")
    found = load_embedder(entry()).encode(texts, "passage")
    assert found == pytest.approx(model.encode(texts, normalize_embeddings=True), abs=1e-5)


def test_it_embeds_as_the_library_does(entry, path):
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(path), device="cpu")
    embedder = load_embedder(entry(query={"prompt_name": "ask"}, passage={"prompt": "text: "}))
    for role, name in (("query", "ask"), ("passage", "keep")):
        theirs = model.encode(TEXTS, prompt_name=name, normalize_embeddings=True)
        assert embedder.encode(TEXTS, role) == pytest.approx(theirs, abs=1e-5)


def test_a_prompt_changes_the_vectors_of_its_side_only(entry):
    plain = load_embedder(entry())
    asking = load_embedder(entry(query={"prompt": "find: "}))
    assert plain.encode(TEXTS, "query").tobytes() == plain.encode(TEXTS, "passage").tobytes()
    assert asking.encode(TEXTS, "passage").tobytes() == plain.encode(TEXTS, "passage").tobytes()
    assert cosines(asking.encode(TEXTS, "query"), plain.encode(TEXTS, "query")).max() < 0.999


def test_roles_share_stored_vectors_only_where_they_are_the_same(entry, tmp_path):
    plain, asking = load_embedder(entry()), load_embedder(entry(query={"prompt": "find: "}))
    assert plain.vector_key("query") == plain.vector_key("passage")
    assert asking.vector_key("passage") == plain.vector_key("passage")
    assert asking.vector_key("query") != asking.vector_key("passage")
    with VectorStore(tmp_path) as store:
        passages = embed_texts(asking, store, TEXTS, "passage")
        questions = embed_texts(asking, store, TEXTS, "query")
        assert embed_texts(asking, store, TEXTS, "passage").tobytes() == passages.tobytes()
    assert questions.tobytes() == asking.encode(TEXTS, "query").tobytes()


def test_the_space_is_the_same_on_another_device_or_format_but_stored_vectors_are_not(entry):
    space = embedder_key(entry())
    passage = load_embedder(entry()).vector_key("passage")
    for changed in ({"device": "cuda"}, {"dtype": "bf16"}, {"batch_size": 16}):
        other = load_embedder(entry(**changed))
        assert other.key == space
        assert other.vector_key("passage") != passage
    for changed in ({"revision": "2"}, {"max_seq_length": 16}, {"passage": {"prompt": "p"}}):
        assert embedder_key(entry(**changed)) != space
    for label in ({"name": "Other"}, {"mem_mb": 1}, {"notes": "n"}, {"family": "f"}):
        assert embedder_key(entry(**label)) == space
        assert load_embedder(entry(**label)).vector_key("passage") == passage


def test_auto_takes_what_is_here(entry):
    if torch.cuda.is_available() or torch.backends.mps.is_available():
        pytest.skip("this machine has a GPU")
    auto, declared = load_embedder(entry(device="auto")), load_embedder(entry(device="cpu"))
    assert auto.vector_key("query") == declared.vector_key("query")
    assert auto.encode(TEXTS, "query").tobytes() == declared.encode(TEXTS, "query").tobytes()
    for device in ("cuda", "mps"):
        with pytest.raises(InputError, match=f"wants the device '{device}', which is not here"):
            load_embedder(entry(device=device)).encode(["x"], "query")


def test_16_bit_vectors_are_close_to_those_of_32_bit(entry):
    full = load_embedder(entry()).encode(TEXTS, "passage")
    half = load_embedder(entry(dtype="bf16")).encode(TEXTS, "passage")
    assert half.dtype == np.float32
    assert half.tobytes() != full.tobytes()
    assert cosines(full, half).min() > 0.99


def test_a_matryoshka_vector_is_the_start_of_the_whole_one_at_unit_length(entry):
    whole = load_embedder(entry()).encode(TEXTS, "passage")
    cut = load_embedder(entry(dimensions=8, matryoshka=[8, DIMENSIONS])).encode(TEXTS, "passage")
    start = whole[:, :8] / np.linalg.norm(whole[:, :8], axis=1, keepdims=True)
    assert cut == pytest.approx(start, abs=1e-6)
    with pytest.raises(InputError, match=r"has 32 dimensions, declared are 8.*matryoshka"):
        load_embedder(entry(dimensions=8)).encode(["x"], "passage")


def test_a_long_text_is_cut_at_max_seq_length(entry):
    short = load_embedder(entry(max_seq_length=13))
    begun, other = "a b c d e f g h i j k", "a b c d e f g h i j k l m n" + " z" * 5000
    vectors = short.encode([begun, other, other[:-2]], "passage")
    assert vectors[1].tobytes() == vectors[2].tobytes()
    assert vectors[0] == pytest.approx(vectors[1], abs=1e-5)
    assert np.isfinite(load_embedder(entry()).encode([other], "passage")).all()


def test_an_unknown_prompt_name_lists_the_known_ones(entry):
    with pytest.raises(InputError, match=r"no prompt 'aks'; it has: ask, keep"):
        load_embedder(entry(query={"prompt_name": "aks"})).encode(["x"], "query")


def test_an_index_of_other_numerics_is_made_anew_and_searched_from_anywhere(entry, tmp_path):
    trees, store = write_trees(tmp_path / "trees", CORPUS), VectorStore(tmp_path / "store")
    index, exact, coarse = tmp_path / "index", entry(), entry(dtype="bf16")
    first = build_index(trees, index, SPEC, load_embedder(exact), store)
    assert build_index(trees, index, SPEC, load_embedder(exact), store).unchanged
    second = build_index(trees, index, SPEC, load_embedder(coarse), store)
    assert (second.generation, second.unchanged) == (first.generation + 1, False)
    from wattrag.index.read import open_index

    open_index(index).check_embedder(load_embedder(exact))
    assert embedder_of_index({"a": exact}, open_index(index).manifest.embedder).dimensions == 32


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"path": None}, "needs one of `package`, `path` and `model_id`"),
        ({"package": "p"}, "needs one of `package`, `path` and `model_id`"),
        ({"trust_remote_code": True}, "set `revision` to the 40 hex digits of a commit"),
        ({"trust_remote_code": True, "revision": "main"}, "40 hex digits of a commit"),
        ({"matryoshka": [16, 64]}, "dimensions: 32 is none of 16, 64"),
        ({"query": {"prompt": "a", "prompt_name": "b"}}, "give `prompt` or `prompt_name`"),
        ({"dtype": "int8"}, "dtype"),
        ({"device": "tpu"}, "device"),
    ],
)
def test_entries_that_contradict_themselves_are_refused(entry, changed, message):
    with pytest.raises(ValueError, match=message):
        entry(**changed)


def test_a_hub_model_must_be_pinned_and_here(entry):
    hub = {"path": None, "model_id": "nobody/no-such-model"}
    for revision in (None, "main", COMMIT[:39], COMMIT.upper()):
        with pytest.raises(InputError, match=r"is not pinned.*40 hex digits of a commit"):
            load_embedder(entry(**hub, revision=revision)).encode(["x"], "passage")
    with pytest.raises(InputError, match="its weights are not here"):
        load_embedder(entry(**hub, revision=COMMIT)).encode(["x"], "passage")
    with pytest.raises(InputError, match=r"there is no folder 'gone'; correct `path`"):
        load_embedder(entry(path="gone")).encode(["x"], "passage")


def test_role_settings_are_part_of_the_key_only_if_given(entry):
    assert embedder_key(entry(query=RoleInput())) == embedder_key(entry())

"""Cross-encoders: scores of pairs, and what they do to a ranking."""

import json

import numpy as np
import pytest
import torch

from wattrag.config.embedders import CrossEncoderModel
from wattrag.config.settings import Retriever
from wattrag.datafiles.questions import Question
from wattrag.errors import InputError
from wattrag.llm.embedders.cross_encoder import LocalReranker, declared_reranker
from wattrag.retrieval.retrieve import retrieve
from wattrag.store.vectors import VectorStore
from wattrag.study.load import load_study
from wattrag.study.specs import retrieve as retrieve_spec

from .small_index import WordEmbedder, build
from .tiny_models import make_cross_encoder

ASKED = "How many litres of water does a large site use?"
TEXTS = [f"hall {n} used {n * 7} litres" + " more" * (n % 9) for n in range(20)] + ["", "y " * 500]


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return make_cross_encoder(tmp_path_factory.mktemp("cross"))


@pytest.fixture
def entry(path):
    def make(**changed):
        plain = {"name": "Tiny", "path": str(path), "max_length": 60}
        return CrossEncoderModel(provider="cross_encoder", **plain | changed)

    return make


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("crossed")


@pytest.fixture(scope="module")
def index(folder):
    return build(folder)


class Longest:
    """Scores a text by its length."""

    key = "longest"

    def __init__(self):
        self.scored = []

    def score(self, query, texts):
        self.scored.extend(texts)
        return np.array([len(text) for text in texts], dtype=np.float32)


@pytest.fixture
def find(index, folder):
    def run(reranker, depth=0, **settings):
        given = {"index": "i", "retrieval_threshold": -1, "cross_encoder": "c", **settings}
        store = VectorStore(folder / "store")
        asked = [Question("q", ASKED)]
        chosen = Retriever(**given)
        return retrieve(index, asked, chosen, depth, WordEmbedder(), store, reranker)[0]

    return run


def test_a_score_depends_on_its_pair_alone(entry):
    reranker = LocalReranker(entry())
    together = reranker.score(ASKED, TEXTS)
    alone = np.concatenate([reranker.score(ASKED, [text]) for text in TEXTS])
    assert (together.shape, together.dtype) == ((22,), np.float32)
    assert together.tobytes() == alone.tobytes()
    assert together.tobytes() == reranker.score(ASKED, TEXTS[::-1])[::-1].tobytes()
    assert len(set(together.tolist())) > 15
    assert reranker.score(ASKED, []).shape == (0,)
    assert reranker.score("other", TEXTS).tobytes() != together.tobytes()


def test_it_scores_as_the_library_does_before_the_sigmoid(entry, path):
    from sentence_transformers import CrossEncoder

    model = CrossEncoder(str(path), device="cpu", max_length=60)
    theirs = model.predict([(ASKED, t) for t in TEXTS], activation_fn=torch.nn.Identity())
    found = LocalReranker(entry()).score(ASKED, TEXTS)
    assert found == pytest.approx(theirs, abs=1e-5)
    assert found.tolist() == np.round(found, 6).tolist()


def test_the_key_names_what_changes_a_score(entry):
    key = LocalReranker(entry()).key
    for other in ({"max_length": 9}, {"dtype": "bf16"}, {"revision": "2"}, {"batch_size": 3}):
        assert LocalReranker(entry(**other)).key != key
    assert LocalReranker(entry(name="Label", mem_mb=1)).key == key
    half = LocalReranker(entry(dtype="bf16")).score(ASKED, TEXTS)
    assert half == pytest.approx(LocalReranker(entry()).score(ASKED, TEXTS), abs=0.1)


def test_what_is_no_cross_encoder_is_refused(entry, tmp_path):
    loose = entry(path=None, model_id="nobody/none")
    registry = {"tiny": entry(), "loose": loose}
    assert declared_reranker(registry, "tiny", "here").key == LocalReranker(entry()).key
    with pytest.raises(InputError, match=r"here: 'minilm' is no cross-encoder.*tiny, loose"):
        declared_reranker(registry, "minilm", "here")
    with pytest.raises(InputError, match="is not pinned"):
        declared_reranker(registry, "loose", "here")
    classes = entry(path=str(make_cross_encoder(tmp_path, labels=3)))
    with pytest.raises(InputError, match="puts out 3 numbers"):
        LocalReranker(classes).score(ASKED, TEXTS)


def test_hits_are_ordered_by_the_cross_encoder_before_the_final_cut(find, index):
    found = find(Longest(), top_k=50, top_k_final=3).attempts[0].hits
    everything = find(Longest(), top_k=50, top_k_final=None).attempts[0].hits
    lengths = [len(index.node(hit.node_id).text) for hit in everything]
    assert len(everything) > 10
    assert lengths == sorted(lengths, reverse=True)
    assert found == everything[:3]
    assert [hit.score for hit in everything] == [float(n) for n in lengths]
    assert [hit.scores.cross_encoder for hit in everything] == [float(n) for n in lengths]
    assert all(hit.scores.rerank is not None for hit in everything)


def test_without_one_nothing_changes_and_nothing_is_scored(find):
    plain = find(None, cross_encoder=None).attempts[0].hits
    assert all(hit.scores.cross_encoder is None for hit in plain)
    assert all(hit.score == hit.scores.rerank for hit in plain)
    assert "cross_encoder" not in plain[0].model_dump()["scores"]
    with pytest.raises(InputError, match="'c' is wanted and was not given"):
        find(None)


def test_a_pair_is_scored_once_over_all_attempts(find):
    reranker = Longest()
    attempts = find(reranker, depth=3, top_k=2).attempts
    assert len(reranker.scored) == len(set(reranker.scored))
    assert len(attempts[3].hits) > len(attempts[0].hits)


def test_a_repeated_hit_keeps_its_place_beside_its_twin(find):
    hits = find(Longest(), deduplicate_retrieval=False, rerank_strategy=None).attempts[0].hits
    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))


def test_the_real_one_orders_the_same_twice(find, entry):
    once, again = (find(LocalReranker(entry())).attempts[0].hits for _ in range(2))
    assert once == again
    scores = [hit.score for hit in once]
    assert scores == sorted(scores, reverse=True)
    assert all(round(score, 6) == score for score in scores)


@pytest.fixture
def study_folder(tmp_path, monkeypatch, path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config").mkdir()
    (tmp_path / "config/models.yaml").write_text(
        "extractive: {provider: extractive, name: R}\n"
        "minilm: {provider: sentence_transformers, package: p, name: M, dimensions: 2}\n"
        f"tiny: {{provider: cross_encoder, path: {path}, name: T, device: cuda, mem_mb: 5000}}\n"
        "loose: {provider: cross_encoder, model_id: a/b, name: L}\n"
    )
    (tmp_path / "trees").mkdir()
    (tmp_path / "trees/a.json").write_text("{}")
    (tmp_path / "q.csv").write_text("id,question\nq1,Why?\n")
    return tmp_path


def study(**retriever):
    return load_study(
        {
            "corpora": {"c": {"trees": "trees"}},
            "retrievers": {"r": {"index": "c", **retriever}},
            "datafiles": {"q": {"path": "q.csv"}},
        }
    )


def test_a_study_checks_its_cross_encoder_when_it_is_loaded(study_folder):
    assert study().cross_encoder("r") is None
    assert study(cross_encoder="tiny").cross_encoder("r").name == "T"
    with pytest.raises(InputError, match=r"retrievers\.r\.cross_encoder: 'tinny'.*'tiny'\?"):
        study(cross_encoder="tinny")
    with pytest.raises(InputError, match=r"cross_encoder: 'minilm' is not in"):
        study(cross_encoder="minilm")
    with pytest.raises(InputError, match=r"L: the hub model 'a/b' is not pinned"):
        study(cross_encoder="loose")


def test_a_spec_names_the_cross_encoder_and_its_resources_follow(study_folder):
    plain, crossed = study(), study(cross_encoder="tiny")
    spec = json.loads(retrieve_spec(crossed, "r", "q"))
    assert spec["cross_encoder"]["path"].endswith("cross0")
    assert json.loads(retrieve_spec(plain, "r", "q"))["cross_encoder"] is None
    assert [model.mem_mb for model in crossed.searching("r")] == [2000, 5000]
    assert [model.gpus for model in crossed.searching("r")] == [0, 1]
    words = study(cross_encoder="tiny", dense_weight=0)
    assert [model.name for model in words.searching("r")] == ["T"]


def test_query_shows_the_score_of_the_cross_encoder(wattrag, study_folder, index):
    text = (study_folder / "config/models.yaml").read_text().replace("cuda", "cpu")
    (study_folder / "config/models.yaml").write_text(text)
    asked = ["query", index.path, ASKED, "--set", "dense_weight=0"]
    ended = wattrag(*asked, "--set", "cross_encoder=tiny")
    assert ended.code == 0, ended.err
    (found,) = json.loads(ended.out)
    scores = [hit["scores"]["cross_encoder"] for hit in found["hits"]]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] == found["hits"][0]["score"]
    refused = wattrag(*asked, "--set", "cross_encoder=nobody")
    assert (refused.code, len(refused.err_lines)) == (2, 1)
    assert "'nobody' is no cross-encoder of models.yaml; declared are: tiny, loose" in refused.err

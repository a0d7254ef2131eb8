"""An index is built, updated and replaced whole; what is damaged is not read."""

import fcntl
import json
import shutil

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wattrag.config.settings import Index, Retriever
from wattrag.datafiles.questions import Question
from wattrag.errors import InputError
from wattrag.index import build as build_module
from wattrag.index.build import build_index
from wattrag.index.notes import add_note, read_notes
from wattrag.index.read import open_index
from wattrag.retrieval import search as search_module
from wattrag.retrieval.retrieve import retrieve
from wattrag.store.vectors import VectorStore

from .small_index import CORPUS, SPEC, WordEmbedder, build, payload, write_trees

QUESTIONS = [Question("q1", "how much energy did training take"), Question("q2", "cold water")]


def evidence(index, store):
    found = retrieve(index, QUESTIONS, Retriever(index="i"), 1, WordEmbedder(), VectorStore(store))
    return [record.model_dump_json() for record in found]


def hit_ids(index, store):
    settings = Retriever(index="i", retrieval_threshold=-1)
    found = retrieve(index, QUESTIONS, settings, 1, WordEmbedder(), VectorStore(store))
    return [[h.node_id for h in a.hits] for record in found for a in record.attempts]


def test_it_holds_every_node_and_a_vector_per_searched_one(tmp_path):
    index = build(tmp_path)
    counts = index.manifest.counts
    assert (counts.documents, counts.sections, counts.paragraphs) == (3, 4, 6)
    assert counts.sentences == 11
    # One paragraph has a single sentence and is searched as that sentence.
    assert counts.vectors == counts.searched - 1 == 16
    assert index.node("energy:sec0:p1:s3").text == "GPUs draw 700 watts each."


def test_building_again_changes_nothing(tmp_path):
    first = build(tmp_path).manifest
    built = (tmp_path / "index/built.json").read_bytes()
    assert build(tmp_path).manifest == first
    assert (tmp_path / "index/built.json").read_bytes() == built


def test_built_json_does_not_depend_on_history_or_order(tmp_path):
    build(tmp_path, {"old": [[["Other text."]]]})
    build(tmp_path)
    build(tmp_path, dict(reversed(CORPUS.items())), name="fresh")
    updated, fresh = (tmp_path / n / "built.json" for n in ("index", "fresh"))
    assert updated.read_bytes() == fresh.read_bytes()


documents = st.dictionaries(
    st.sampled_from(["a", "b", "c"]),
    st.lists(
        st.lists(
            st.lists(
                st.sampled_from(["cold water", "energy of training", "model", "mines", ""]),
                max_size=3,
            ),
            max_size=2,
        ),
        max_size=2,
    ),
    max_size=3,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(history=st.lists(documents, min_size=1, max_size=3))
def test_an_updated_index_answers_as_a_fresh_one(tmp_path_factory, history):
    folder = tmp_path_factory.mktemp("history")
    always = {"z": [[["Training took energy.", "Water is cold."]]]}
    for corpus in history:
        updated = build(folder, corpus | always)
    fresh = build(folder, history[-1] | always, name="fresh")
    assert evidence(updated, folder / "store") == evidence(fresh, folder / "store")


def test_an_update_embeds_only_new_text_and_forgets_removed_documents(tmp_path):
    build(tmp_path)
    corpus = {**CORPUS, "new": [[["Wind turbines turn."]]]}
    del corpus["minerals"]
    embedder = WordEmbedder()
    trees = write_trees(tmp_path / "trees", corpus)
    build_index(trees, tmp_path / "index", SPEC, embedder, VectorStore(tmp_path / "store"))
    assert embedder.encoded == ["Wind turbines turn."]
    assert {n.document_id for n in open_index(tmp_path / "index").nodes} == set(corpus)


def test_old_generations_go_at_the_next_build_and_never_the_current_one(tmp_path):
    first = {name.split("/")[0] for name in every_file(build(tmp_path))} - {"manifest.json"}
    build(tmp_path, {"a": [[["One."]]]})
    assert first < {p.name for p in (tmp_path / "index").iterdir()}
    build(tmp_path, {"b": [[["Two."]]]})
    kept = {p.name.split("-")[1][:6] for p in (tmp_path / "index").glob("*-0*")}
    assert kept == {"000002", "000003"}


@pytest.mark.parametrize(
    "step", ["write_nodes", "write_vectors", "build_lexical", "index_file", "write_manifest"]
)
def test_a_build_that_dies_at_any_step_leaves_the_old_index(tmp_path, monkeypatch, step):
    old = evidence(build(tmp_path), tmp_path / "store")

    def die(*args):
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(build_module, step, die)
        with pytest.raises(KeyboardInterrupt):
            build(tmp_path, {"a": [[["One."]]]})
    assert evidence(open_index(tmp_path / "index"), tmp_path / "store") == old
    assert build(tmp_path, {"a": [[["One."]]]}).manifest.counts.documents == 1


def test_two_builds_at_once_are_refused(tmp_path):
    build(tmp_path)
    with (tmp_path / "index/.build.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(InputError, match="another build is at work"):
            build(tmp_path, {"a": [[["One."]]]})
    build(tmp_path, {"a": [[["One."]]]})


def test_references_placeholders_and_empty_texts_are_kept_but_not_searched(tmp_path):
    tree = payload("doc", [[["Body text."], ["[1] A. Author, A title."]]])
    section = tree["sections"][0]
    section["paragraphs"][1]["metadata"]["role"] = "references"
    placeholder = "[Image page=1 idx=1 name=Im0.jpg] Size: 10x20, Data: 300 bytes"
    for text in (placeholder, "[img:Im1 10x20] A chart of water use.", " "):
        section["paragraphs"].append(
            {"text": text, "metadata": {"attachment_type": "image"}, "sentences": [{"text": text}]}
        )
    path = tmp_path / "doc.json"
    path.write_text(json.dumps(tree))
    build_index([path], tmp_path / "index", SPEC, WordEmbedder(), VectorStore(tmp_path / "store"))
    nodes = open_index(tmp_path / "index").nodes
    searched = {n.text for n in nodes if n.searched}
    assert searched == {"Body text.", "[img:Im1 10x20] A chart of water use."}
    assert len(nodes) == 12


def test_documents_without_any_text_are_refused_and_beside_others_kept(tmp_path):
    path = tmp_path / "empty.json"
    path.write_text(json.dumps(payload("empty", [])))
    store = VectorStore(tmp_path / "store")
    with pytest.raises(InputError, match="no document has text"):
        build_index([path], tmp_path / "index", SPEC, WordEmbedder(), store)
    trees = [path, *write_trees(tmp_path / "trees", CORPUS)]
    build_index(trees, tmp_path / "index", SPEC, WordEmbedder(), store)
    assert open_index(tmp_path / "index").node("empty").text == "On empty"


def test_an_empty_corpus_and_a_document_twice_are_refused(tmp_path):
    store = VectorStore(tmp_path / "store")
    with pytest.raises(InputError, match="no trees"):
        build_index([], tmp_path / "index", SPEC, WordEmbedder(), store)
    first = write_trees(tmp_path / "trees", {"a": [[["One."]]]})[0]
    copy = shutil.copy(first, tmp_path / "copy.json")
    with pytest.raises(InputError, match="'a' is in two trees"):
        build_index([first, copy], tmp_path / "index", SPEC, WordEmbedder(), store)
    assert not (tmp_path / "index").exists()


def every_file(index):
    return [f.path for f in index.manifest.files] + ["manifest.json"]


@pytest.mark.parametrize("harm", ["delete", "truncate", "change"])
def test_a_damaged_index_is_refused_with_the_file_named_and_rebuilt(tmp_path, harm):
    paths = every_file(build(tmp_path))
    assert len(paths) == 9
    for name in paths:
        path = tmp_path / "index" / name
        whole = path.read_bytes()
        if harm == "delete":
            path.unlink()
        elif harm == "truncate":
            path.write_bytes(whole[: len(whole) // 2])
        else:
            middle = len(whole) // 2
            path.write_bytes(whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :])
        with pytest.raises(InputError, match=f"{name}|has no manifest.json") as raised:
            open_index(tmp_path / "index")
        assert "\n" not in str(raised.value)
        path.write_bytes(whole)
    path.unlink()
    assert build(tmp_path).manifest.counts.documents == 3


def test_another_version_and_an_edited_manifest_are_refused(tmp_path):
    build(tmp_path)
    path = tmp_path / "index/manifest.json"
    manifest = json.loads(path.read_text())
    path.write_text(json.dumps(manifest | {"dimensions": 7}))
    with pytest.raises(InputError, match="was changed"):
        open_index(tmp_path / "index")
    path.write_text(json.dumps({"format": 99, "else": "is different"}))
    with pytest.raises(InputError, match="format 99"):
        open_index(tmp_path / "index")


def test_another_embedder_is_refused(tmp_path):
    index = build(tmp_path)
    with pytest.raises(InputError, match="another embedder"):
        index.check_embedder(WordEmbedder("others"))


@pytest.mark.parametrize("dtype", ["f32", "f16", "i8"])
def test_number_formats_keep_the_cosines(tmp_path, dtype):
    exact = build(tmp_path, spec=Index(corpus="c", dtype="f32"), name="f32").vectors.matrix
    stored = build(tmp_path, spec=Index(corpus="c", dtype=dtype), name=dtype).vectors.matrix
    assert (
        np.abs((stored * exact).sum(axis=1) - 1).max()
        < {"f32": 1e-6, "f16": 1e-6, "i8": 1e-3}[dtype]
    )


def test_paragraph_modes_differ_as_they_say(tmp_path):
    counts = {}
    for mode in ("averaged", "full", "both"):
        index = build(tmp_path, spec=Index(corpus="c", paragraphs=mode), name=mode)
        counts[mode] = index.manifest.counts.vectors
    # Five paragraphs have several sentences; `both` gives each a second vector.
    assert counts == {"averaged": 16, "full": 16, "both": 21}


@pytest.mark.parametrize("dtype", ["f16", "i8"])
def test_above_the_limit_the_index_is_hnsw_and_finds_the_same(tmp_path, monkeypatch, dtype):
    spec = Index(corpus="c", dtype=dtype)
    exact = build(tmp_path, spec=spec)
    monkeypatch.setattr(build_module, "search_mode", lambda vectors: "hnsw")
    hnsw = build(tmp_path, spec=spec, name="hnsw")
    assert hnsw.manifest.mode == "hnsw"
    assert hnsw.manifest.recall_at_10 > 0.95
    assert hit_ids(hnsw, tmp_path / "store") == hit_ids(exact, tmp_path / "store")


def test_nodes_that_hnsw_did_not_meet_get_their_cosine_from_the_lexical_side(tmp_path, monkeypatch):
    monkeypatch.setattr(search_module, "_HNSW_POOL", 1)
    monkeypatch.setattr(build_module, "search_mode", lambda vectors: "hnsw")
    index = build(tmp_path)
    settings = Retriever(index="i", retrieval_threshold=-1)
    asked = [Question("q", "watts of GPUs")]
    store = VectorStore(tmp_path / "store")
    (found,) = retrieve(index, asked, settings, 0, WordEmbedder(), store)
    best = next(h for h in found.attempts[0].hits if h.scores.lexical is not None)
    (vector,) = WordEmbedder().encode(["watts of GPUs"])
    position = list(index.vectors.rows).index(index.rows[best.node_id])
    assert best.scores.dense == pytest.approx(
        float(index.vectors.matrix[position] @ vector), abs=1e-4
    )


def test_notes_live_beside_the_index_and_change_nothing_in_it(tmp_path):
    index = build(tmp_path)
    add_note(index.path, "energy", "check the unit")
    add_note(index.path, "cooling", "other")
    assert [n.text for n in read_notes(index.path, "energy")] == ["check the unit"]
    assert open_index(index.path).manifest == index.manifest

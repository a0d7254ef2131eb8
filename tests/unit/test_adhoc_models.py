"""Ad-hoc models: what they are called, how they become entries, who plans for whom."""

import json
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.chat_server import Sent
from tests.unit.small_index import CORPUS, SPEC, WordEmbedder, write_trees
from wattrag.config.adhoc import AdHoc, model_name, read_adhoc
from wattrag.config.models import ExtractiveModel, Registry, adhoc
from wattrag.config.settings import Retriever, Settings
from wattrag.errors import InputError
from wattrag.index.build import build_index
from wattrag.llm.weights.adhoc import with_adhoc
from wattrag.store.vectors import VectorStore
from wattrag.study.planners import Answerer, Planner, planner_of

COMMIT = "0123456789abcdef0123456789abcdef01234567"
DECLARED: Registry = {
    "chat": adhoc("openai", "m-1", {}),
    "other": adhoc("openai", "m-2", {}),
}


@pytest.mark.parametrize(
    ("written", "read", "name"),
    [
        ("qwen2.5-7b", None, "qwen2.5-7b"),
        ("openai:gpt-4o-mini", AdHoc("openai", "gpt-4o-mini"), "gpt-4o-mini"),
        ("hf_local:org/name", AdHoc("hf_local", "org/name"), "org--name"),
        (f"hf_local:org/name@{COMMIT}", AdHoc("hf_local", "org/name", COMMIT), "org--name"),
        ("openai:llama3.2:3b", AdHoc("openai", "llama3.2:3b"), "llama3.2-3b"),
        ("openrouter:a/b:free", AdHoc("openrouter", "a/b:free"), "a--b-free"),
        ("openai:accounts/x/models/m", AdHoc("openai", "accounts/x/models/m"), None),
    ],
)
def test_an_ad_hoc_model_is_called_by_its_id(written, read, name):
    assert read_adhoc(written) == read
    assert model_name(written) == (name or "accounts--x--models--m")


HOSTILE = st.one_of(
    st.text(max_size=30),
    st.text("ab./:@-~\\ \n\0%é", max_size=30),
    st.text("a./:@\\\0", max_size=9).map("hf_local:{}".format),
    st.integers(100, 300).map(lambda n: "openai:" + "a" * n),
)  # fmt: skip


@given(HOSTILE)
def test_what_is_written_becomes_one_plain_folder_or_is_refused(written):
    try:
        name = model_name(written)
    except InputError:
        with pytest.raises(ValidationError):
            Settings(models=[written])
        return
    assert PurePosixPath(name).parts == (name,)
    assert name not in {".", ".."}
    assert len(name) <= 120
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+-")


@pytest.mark.parametrize(
    ("written", "line"),
    [
        ("openai:../../etc", "id '../../etc' cannot name a folder; use letters"),
        ("hf_local:a/../b", "cannot name a folder"),
        ("hf_local:/etc", "cannot name a folder"),
        ("hf_local:a//b", "cannot name a folder"),
        ("openai:", "cannot name a folder"),
        ("hf_local:a/b@main", "after '@' write the 40 hex digits of a commit"),
        ("openai:" + "a" * 121, "cannot name a file"),
        ("opnai:m", "there is no provider 'opnai'; did you mean 'openai'?"),
        ("extractive:m", "is no chat model"),
        ("sentence_transformers:a/b", "is no chat model"),
        ("bedrock:m", "region: missing key; an entry of config/models.yaml can have it"),
        ("llama_cpp:a/b", "quantization: missing key"),
        (f"openai:m@{COMMIT}", "revision: belongs to `serve`"),
        ("hf_local:a/b/c", "is no repository of the hub"),
    ],
)
def test_what_is_no_ad_hoc_model_is_one_line(written, line):
    with pytest.raises(InputError) as error:
        with_adhoc({}, [written], "models")
    assert line in str(error.value)
    assert "\n" not in str(error.value)


def test_an_ad_hoc_model_is_declared_nowhere_and_runs_no_foreign_code():
    found = with_adhoc(DECLARED, [*DECLARED, f"hf_local:org/name@{COMMIT}", "openai:m-3"], "models")
    assert list(found) == ["chat", "other", "org--name", "m-3"]
    entry = found["org--name"]
    assert (entry.revision, entry.trust_remote_code) == (COMMIT, False)
    assert entry.label["name"] == "org/name"
    assert entry.precisions[0] == "auto"
    assert found["m-3"].precisions == ("api",)


@pytest.mark.parametrize(
    "names",
    [
        ["chat", "openai:chat"],
        ["openai:a/b", "openai:a--b"],
        ["openai:a/b", "openrouter:a/b"],
        [f"hf_local:a/b@{COMMIT}", f"hf_local:a/b@{'f' * 40}"],
    ],
)
def test_two_models_of_one_name_are_one_line_that_names_both(names):
    with pytest.raises(InputError) as error:
        with_adhoc(DECLARED, names, "study.yaml")
    assert str(error.value).startswith(f"study.yaml: models '{names[0]}' and '{names[1]}' are both")


READER = ExtractiveModel(provider="extractive", name="Reader")
CHAT = Answerer("chat", "api")


def planner(written, answerer=CHAT, **more):
    registry = with_adhoc(DECLARED | more, [written], "models")
    return planner_of(Retriever(index="i", planner=written), answerer, registry, "retrievers.r")


def test_who_plans_is_nobody_a_model_or_the_one_that_answers():
    assert planner("none") is None
    assert planner("other") == Planner("other", "api", 3)
    assert planner("other", None) == Planner("other", "api", 3)
    assert planner("openai:org/m") == Planner("org--m", "api", 3)
    assert planner("self") == Planner("chat", "api", 3)
    assert planner("self", Answerer("reader", "none"), reader=READER) is None
    with pytest.raises(InputError, match="'self' is the model that answers, and none does here"):
        planner("self", None)


def test_a_command_asks_an_ad_hoc_model_even_one_called_as_a_declared_one(
    wattrag, chat, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    trees = write_trees(tmp_path / "trees", CORPUS)
    with VectorStore(tmp_path / "store") as store:
        build_index(trees, tmp_path / "index", SPEC, WordEmbedder(), store)
    both = {"queries": ["energy of training"], "explanation": "x", "answer": "1287", "ref_id": []}
    chat.reply = lambda *_: Sent(
        json.dumps(both | {"answer_value": "1287", "supporting_materials": "x"})
    )
    done = wattrag(
        "ask", "index", "How much energy did training take?", "--model", "openai:gpt-4o-mini",
        "--set", "dense_weight=0", "--set", "planner=self",
    )  # fmt: skip
    assert (done.code, done.out.splitlines()[:1]) == (0, ["1287"]), done.err
    # One call plans, one answers, both of the model that was named.
    assert [request["model"] for request in chat.requests] == ["gpt-4o-mini"] * 2

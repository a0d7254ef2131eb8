import json

MODELS = """
reader: {provider: extractive, name: A reader}
chat:
  {provider: openai, model_id: m-1, name: Chat,
   prices: {input: 0.15, output: 0.6, date: 2024-10-01}}
here: {provider: sentence_transformers, package: json, name: Here, dimensions: 2, params_b: 0.5}
gone: {provider: sentence_transformers, package: no_such_weights, name: Gone, dimensions: 2}
"""
FURTHER = """
hub:
  {provider: sentence_transformers, model_id: a/b, name: Hub, dimensions: 2,
   revision: 0123456789abcdef0123456789abcdef01234567}
loose: {provider: cross_encoder, model_id: a/b, name: Loose}
api: {provider: openai_embeddings, model_id: m, name: API, dimensions: 2}
"""


def test_models_tell_what_can_run_here(wattrag, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    (tmp_path / "config").mkdir()
    (tmp_path / "config/models.yaml").write_text(MODELS)
    ended = wattrag("models", "--json")
    assert ended.code == 0
    reader, chat, here, gone = json.loads(ended.out)
    assert reader == {
        "name": "reader",
        "kind": "model",
        "label": "A reader",
        "provider": "extractive",
        "precisions": ["none"],
        "params_b": None,
        "vram_gb": None,
        "fits": None,
        "missing": [],
        "lacks": None,
        "prices": None,
        "runs_here": True,
    }
    assert (chat["kind"], chat["precisions"], chat["runs_here"]) == ("model", ["api"], False)
    assert chat["lacks"] == "OPENAI_API_KEY"
    assert chat["prices"] == {
        "input": 0.15, "output": 0.6, "cached_input": None, "date": "2024-10-01",
    }  # fmt: skip
    assert (here["kind"], here["params_b"], here["runs_here"]) == ("embedder", 0.5, True)
    assert (gone["missing"], gone["runs_here"]) == (["no_such_weights"], False)
    table = wattrag("models").out.splitlines()
    assert [line.split()[0] for line in table] == ["name", "reader", "chat", "here", "gone"]
    assert table[2].endswith("lacks OPENAI_API_KEY")
    assert table[4].endswith("install no_such_weights")


def test_what_lacks_weights_a_pin_or_a_key_says_so(wattrag, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    (tmp_path / "config").mkdir()
    (tmp_path / "config/models.yaml").write_text(FURTHER)
    table = wattrag("models").out.splitlines()
    assert [line.split()[1] for line in table[1:]] == ["embedder", "cross-encoder", "embedder"]
    assert table[1].endswith("lacks its weights")
    assert table[2].endswith("lacks a pinned revision")
    assert table[3].endswith("lacks OPENAI_API_KEY")


def test_a_bad_registry_is_one_line(wattrag, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config").mkdir()
    (tmp_path / "config/models.yaml").write_text("x: {provider: extractive, nmae: X}\n")
    ended = wattrag("models")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("wattrag: config/models.yaml: x.extractive.")
    assert len(ended.err_lines) == 1

"""The shipped `models.yaml` and the full study: declared once, pinned, complete."""

from pathlib import Path

import pytest

from wattrag.config.chat import ChatEntry
from wattrag.config.local_chat import HFLocalModel
from wattrag.config.models import read_models
from wattrag.config.weights import Weights
from wattrag.study.load import models_of, read_config_file, read_settings

CONFIG = Path(__file__).resolve().parents[2] / "config"
REGISTRY = read_models(CONFIG / "models.yaml")
FULL = read_settings(read_config_file(CONFIG / "wattbot.yaml"))


def test_all_that_the_hubs_owners_could_change_is_pinned():
    assert [n for n, e in REGISTRY.items() if isinstance(e, Weights) and not e.pinned] == []


def test_the_full_study_runs_twelve_local_models_that_are_declared_with_their_memory():
    local = [REGISTRY[n] for n in FULL.models if isinstance(REGISTRY[n], HFLocalModel)]
    assert len(local) == 12
    assert {entry.precisions[0] for entry in local} == {"4bit"}
    assert all(set(entry.vram_gb) >= {"4bit", "bf16"} for entry in local)
    assert set(models_of(FULL)) - {"none"} <= set(REGISTRY)


def test_the_recommended_vote_is_over_the_three_large_qwens_without_blanks():
    vote = FULL.ensembles["top3"]
    assert [member.split("/")[1] for member in vote.members] == [
        "qwen2.5-72b", "qwen2.5-32b", "qwen2.5-14b",
    ]  # fmt: skip
    assert (vote.strategy, vote.ignore_blank) == ("majority", True)


@pytest.mark.parametrize("name", [n for n, e in REGISTRY.items() if isinstance(e, ChatEntry)])
def test_an_entry_says_how_it_is_called_compared_and_what_determines_its_replies(name):
    entry = REGISTRY[name]
    assert entry.name
    assert entry.family
    for precision in entry.precisions:
        identity = entry.identity(precision)
        assert (identity["provider"], identity["precision"]) == (entry.provider, precision)

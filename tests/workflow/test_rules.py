"""The house rules of the workflow: what every rule has, and how long files may be."""

import re
from pathlib import Path

import pytest

from .study import ROOT

WORKFLOW = ROOT / "workflow"
SOURCES = sorted(WORKFLOW.glob("rules/*.smk"))
SCRIPTS = sorted(WORKFLOW.glob("scripts/*.py"))
COSTLY = {"parse", "index", "plan", "retrieve", "answer"}
LONGEST = 40


def rules() -> dict[str, str]:
    """Each rule's text, `all` aside."""
    found: dict[str, str] = {}
    for path in SOURCES:
        _, *parts = re.split(r"^rule (\w+):\n", path.read_text(), flags=re.MULTILINE)
        for name, body in zip(parts[::2], parts[1::2], strict=True):
            found[name] = re.split(r"^\S", body, maxsplit=1, flags=re.MULTILINE)[0]
    return found


RULES = rules()


def section(body: str, name: str) -> list[str]:
    """The lines of a rule's section, comments aside; none if it has no such section."""
    found = re.search(rf"^    {name}:\n((?: {{8}}.*\n|\n)+)", body + "\n", flags=re.MULTILINE)
    lines = found[1].splitlines() if found else []
    return [line.strip() for line in lines if line.strip() and not line.strip().startswith("#")]


def test_there_is_a_rule_for_every_stage():
    stages = {"fetch", "parse", "index", "plan", "retrieve", "answer", "score_experiment"}
    assert stages | {"ensemble", "tables", "plot"} <= RULES.keys()


@pytest.mark.parametrize("name", RULES)
def test_a_rule_has_a_log_an_environment_and_one_script(name):
    body = RULES[name]

    assert len(section(body, "log")) == 1
    (environment,) = section(body, "conda")
    assert (WORKFLOW / "rules" / environment.strip('"')).is_file()
    (script,) = section(body, "script")
    assert (WORKFLOW / "rules" / script.strip('"')).is_file()


@pytest.mark.parametrize("name", RULES)
def test_a_rule_has_one_param_which_says_all_that_determines_its_result(name):
    (param,) = section(RULES[name], "params")

    assert re.fullmatch(r"spec=lambda wc: specs\.\w+\(.*\),", param)


@pytest.mark.parametrize("name", sorted(COSTLY))
def test_a_costly_rule_is_measured(name):
    assert len(section(RULES[name], "benchmark")) == 1


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_what_the_report_shows_has_caption_category_and_labels(path):
    text = path.read_text()
    shown = re.findall(r"=report\(\n(.*?)\n        \)", text, flags=re.DOTALL)

    assert len(shown) == text.count("=report(")
    for entry in shown:
        caption = re.search(r'caption="([^"]+)"', entry)
        assert caption
        assert (path.parent / caption[1]).is_file()
        assert "category=" in entry
        assert "labels=" in entry


@pytest.mark.parametrize("name", RULES)
def test_no_rule_runs_code_of_its_own_or_groups_jobs(name):
    for keyword in ("run", "shell", "group"):
        assert not section(RULES[name], keyword)


@pytest.mark.parametrize("path", [WORKFLOW / "Snakefile", *SCRIPTS], ids=lambda path: path.name)
def test_snakefile_and_scripts_are_short(path: Path):
    assert len(path.read_text().splitlines()) <= LONGEST

"""The workflow as a module of another one: the same jobs, under a prefix."""

from pathlib import Path

import pytest

from .planning import planned
from .study import SNAKEFILE, read_config, snakemake, write_config, write_study

pytestmark = pytest.mark.workflow

PREFIX = "wattrag_"
OUTER = f"""
configfile: "study.yaml"


module wattrag:
    snakefile: "{SNAKEFILE}"
    config: config["study"]


use rule * from wattrag as {PREFIX}*


rule note:
    output: "{{name}}.note"
    shell: "echo {{wildcards.name}} > {{output}}"


rule all:
    default_target: True
    input:
        rules.{PREFIX}all.input,
        "mine.note",
"""


@pytest.fixture
def outer(tmp_path: Path) -> Path:
    """A workflow of someone else in a folder of theirs; the study is a section of its config."""
    write_study(tmp_path, store="elsewhere")
    write_config(tmp_path, {"study": read_config(tmp_path)})
    snakefile = tmp_path / "Snakefile"
    snakefile.write_text(OUTER)
    return snakefile


def test_a_module_plans_the_jobs_of_a_plain_run(outer, tmp_path):
    plain = tmp_path / "plain"
    plain.mkdir()
    write_study(plain)

    jobs = planned(outer.parent, outer)

    assert jobs.pop("note") == 1
    assert {name.removeprefix(PREFIX): count for name, count in jobs.items()} == planned(plain)
    assert all(name.startswith(PREFIX) for name in jobs)


def test_a_module_builds_a_target_with_its_own_settings(outer):
    target = "results/retrieval/bm25/plain/none.jsonl"

    snakemake(outer.parent, target, snakefile=outer)

    assert (outer.parent / target).read_text().count("\n") == 2
    assert (outer.parent / "elsewhere/vectors").is_dir()

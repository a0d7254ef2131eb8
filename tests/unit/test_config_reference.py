"""What is generated from the settings, or copied from pyproject, is in step with it."""

import difflib
import re
import tomllib

import jsonschema
import pytest
import yaml
from pydantic import BaseModel

from wattrag.config import models, reference, settings
from wattrag.config.schema import DIALECT, config_schema, schema_text
from wattrag.errors import InputError
from wattrag.study.jobs import ensembles, experiments
from wattrag.study.load import load_study, read_config_file

ROOT = reference.ROOT


def expect_same(path, expected):
    found = path.read_text(encoding="utf-8")
    if found != expected:
        lines = difflib.unified_diff(found.splitlines(), expected.splitlines(), "file", "settings")
        pytest.fail(f"{path} is behind; run `make docs`\n" + "\n".join(lines))


def section_models(module):
    return [
        member
        for member in vars(module).values()
        if isinstance(member, type) and issubclass(member, BaseModel)
    ]


def test_the_schema_is_in_step_with_the_settings():
    expect_same(reference.SCHEMA, schema_text())


def test_the_reference_is_in_step_with_the_settings():
    text = reference.README.read_text(encoding="utf-8")
    expect_same(reference.README, reference.with_reference(text))


@pytest.mark.parametrize("model", section_models(settings) + section_models(models))
def test_every_key_has_a_meaning(model):
    assert [key for key, field in model.model_fields.items() if not field.description] == []


def test_every_key_of_every_section_is_in_the_reference():
    table = reference.reference()
    for model in section_models(settings):
        for key in model.model_fields:
            assert re.search(rf"^\| `([a-z_]+\.)?{key}[`.]", table, re.MULTILINE), key


def test_a_readme_without_its_markers_is_named():
    with pytest.raises(InputError, match=r"config/README.md: lacks "):
        reference.with_reference("# Configuring a study\n")


def test_the_schema_names_its_dialect_and_refuses_what_we_refuse():
    schema = config_schema()
    assert schema["$schema"] == DIALECT
    jsonschema.Draft202012Validator.check_schema(schema)
    for wrong in ({"topk": 1}, {"runs": 0}, {"retrievers": {"a": {"index": "i", "topk": 1}}}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, schema)


def test_the_embedded_study_is_valid_and_small(monkeypatch):
    monkeypatch.chdir(ROOT)
    config = read_config_file(ROOT / "config/config.yaml")
    jsonschema.validate(config, config_schema())
    study = load_study(config)
    assert list(study.settings.pipelines) == ["dense", "bm25", "hybrid"]
    assert len(experiments(study)) == 6
    assert ensembles(study) == [("train_QA", "vote3"), ("test_QA", "vote3")]


def test_examples_in_the_readme_are_valid_configurations():
    text = reference.README.read_text(encoding="utf-8")
    examples = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    assert len(examples) >= 4
    for example in examples:
        settings.Settings.model_validate(yaml.safe_load(example))


def test_the_conda_environment_has_the_dependencies_of_all_that_is_not_built_from_source():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    chosen = ("example", "api", "bedrock", "local")
    wanted = [*project["dependencies"], *(one for name in chosen for one in extras[name])]
    conda = yaml.safe_load((ROOT / "workflow/envs/wattrag.yaml").read_text(encoding="utf-8"))
    *base, pip = conda["dependencies"]
    assert pip == {"pip": list(dict.fromkeys(wanted))}
    assert base == [f"python{project['requires-python']}", "pip"]


def test_the_workflow_catalogue_finds_what_it_reads():
    path = ROOT / ".snakemake-workflow-catalog.yml"
    usage = yaml.safe_load(path.read_text(encoding="utf-8"))["usage"]
    assert usage["report"] is True
    assert set(usage["software-stack-deployment"]) == {"conda", "apptainer", "apptainer+conda"}
    assert usage["mandatory-flags"].keys() == {"desc", "flags"}


def test_the_key_example_holds_no_key():
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    keys = [line for line in lines if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[A-Z_]+=", key) for key in keys)
    assert {"OPENAI_API_KEY=", "OPENAI_BASE_URL=", "OPENROUTER_API_KEY="} <= set(keys)
    assert "BRAINTRUST_API_KEY=" in keys

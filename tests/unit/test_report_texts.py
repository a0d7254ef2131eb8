"""The report's front page and captions: valid reStructuredText whatever the configuration says."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from docutils.core import publish_parts
from jinja2 import Environment, StrictUndefined

from wattrag.analysis.plots import PLOTS

REPORT = Path(__file__).resolve().parents[2] / "workflow/report"
CAPTIONS = sorted(path.name for path in REPORT.glob("*.rst") if path.name != "workflow.rst")


def rendered(name, *, config=None, categories=(), **wildcards):
    """A text as Snakemake renders it, but any warning is an error."""
    targets = "".join(f"\n.. _{category}: https://example.org\n" for category in categories)
    text = (REPORT / name).read_text() + "\n" + targets
    environment = Environment(
        trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined, autoescape=False
    )
    rst = environment.from_string(text).render(
        snakemake=SimpleNamespace(config=config or {}, wildcards=SimpleNamespace(**wildcards)),
        categories={Category(category): {} for category in categories},
    )
    return publish_parts(rst, writer="html", settings_overrides={"halt_level": 2})["body"]


class Category(str):
    """A category, which sorts and hashes by its name."""

    __slots__ = ()

    @property
    def name(self):
        return str(self)


@pytest.mark.parametrize("plot", PLOTS)
@pytest.mark.parametrize("caption", CAPTIONS)
def test_captions_are_one_sentence_about_the_datafile(caption, plot):
    html = rendered(caption, datafile="dev2024", plot=plot)
    assert html.count("<p>") == 1
    assert html.count(".</p>") == 1
    assert "dev2024" in html


STUDY = {"env": "local", "datafiles": {"train": {}}}


@pytest.mark.parametrize(
    ("config", "rules"),
    [
        (STUDY, "2025"),
        ({**STUDY, "scoring": None}, "2025"),
        ({**STUDY, "scoring": {"rules": "2026"}}, "2026"),
        ({"other": 1, "wattrag": {**STUDY, "scoring": {"rules": "2026"}}}, "2026"),
    ],
    ids=["default", "empty", "given", "as a module"],
)
def test_the_front_page_names_the_rules(config, rules):
    assert f"<strong>{rules}</strong>" in rendered("workflow.rst", config=config)


def test_the_front_page_links_every_category_in_the_order_of_reading():
    categories = ("Across machines", "New", "Plots", "Questions", "Scores")
    html = rendered("workflow.rst", config=STUDY, categories=categories)
    links = re.findall(r">([^<]*)</a>: |>([^<]*)</a>", html)
    shown = [name or other for name, other in links]
    assert shown == ["Scores", "Plots", "Questions", "Across machines", "New"]


def test_the_front_page_stands_without_any_result_or_setting():
    html = rendered("workflow.rst")
    assert "How to read a score" in html
    assert "follows the rules" not in html

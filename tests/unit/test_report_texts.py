"""The report's front page and captions: valid reStructuredText whatever the configuration says."""

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


@pytest.mark.parametrize("config", [{}, {"scoring": None}, {"scoring": {"rules": "2026"}}])
def test_the_front_page_names_the_rules_and_links_every_category(config):
    categories = ("Plots", "Questions", "Scores", "Across machines", "Something new")
    html = rendered("workflow.rst", config=config, categories=categories)
    rules = (config.get("scoring") or {}).get("rules", "2025")
    assert f"<strong>{rules}</strong>" in html
    for category in categories:
        assert f">{category}</a>" in html


def test_the_front_page_stands_without_any_result():
    assert "How to read a score" in rendered("workflow.rst")

"""Which wildcards a study has."""

import re

from wattrag.analysis.plots import PLOTS


def either(names):
    """A wildcard constraint that takes just these names."""
    return "|".join(map(re.escape, names)) or "(?!)"


wildcard_constraints:
    env=re.escape(STUDY.settings.env),
    source=either(STUDY.settings.sources),
    corpus=either(STUDY.settings.corpora),
    index=either(STUDY.settings.indexes),
    retriever=either(STUDY.settings.retrievers),
    planner=either(sorted({planner for _, planner in PLANS})),
    planner_max_queries=r"\d+",
    pipeline=either(STUDY.settings.pipelines),
    datafile=either(STUDY.settings.datafiles),
    model=either(dict.fromkeys([*STUDY.models, *(e.model for e in SWEPT_EXPERIMENTS)])),
    precision=r"[^/]+",
    run=r"\d+",
    ensemble=either(STUDY.settings.ensembles),
    family=either(FAMILIES),
    machine=r"[^/]+",
    name=r"[^/]+",
    plot=either(PLOTS),
    sweep=either(STUDY.settings.sweeps),
    ext="pdf|md|txt",

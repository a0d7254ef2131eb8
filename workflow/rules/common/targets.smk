"""What a study is to end up with: every durable output of every stage.

Snakemake records a failed job as done, so that an output which nothing asks for by name would
never be made again.
"""

from wattrag.analysis.plots import PLOTS


def every_result():
    """Every durable output, stage by stage."""
    return [
        *document_results(),
        *search_results(),
        *answer_results(),
        *table_results(),
        *sweep_results(),
        *comparison_results(),
    ]


def document_results():
    """Fetched files, trees, images of figures."""
    corpora = STUDY.settings.corpora
    parsed = {n: c.source for n, c in corpora.items() if c.source is not None}
    return [
        *(
            write(rules.fetch.output.file, source=source, doc=row.id, ext=row.extension)
            for source in dict.fromkeys(parsed.values())
            for row in STUDY.sheets[source]
        ),
        *(
            expand(rules.parse.output, corpus=corpus, doc=jobs.documents(STUDY, corpus))
            for corpus in parsed
        ),
        *(write(rules.figures.output.images, corpus=c, doc=d) for c, d in ILLUSTRATED),
    ]


def search_results():
    """Indexes, plans, evidence and its metrics."""
    asked = STUDY.settings.datafiles
    return [
        *expand(rules.index.output.built, index=STUDY.settings.indexes),
        *(plan_files(*s, d).values() for s in SEARCHES for d in asked),
        *(
            expand(rules.retrieve.output, retriever=r, planner=p, datafile=asked)
            for r, p in SEARCHES
        ),
        *(
            expand(
                rules.retrieval_metrics.output,
                retriever=r,
                planner=p,
                datafile=LABELLED,
            )
            for r, p in SEARCHES
        ),
    ]


def answer_results():
    """Answers, votes, and their scores."""
    env = STUDY.settings.env
    return [
        *(expand(rules.answer.output, **vars(e)) for e in EXPERIMENTS),
        *(
            expand(rules.ensemble.output, env=env, datafile=d, ensemble=e)
            for d, e in ENSEMBLES
        ),
        *(scored(datafile, EXTERNALS) for datafile in LABELLED),
    ]


def table_results():
    """Tables and plots of this machine."""
    env = STUDY.settings.env
    return [
        *expand(rules.tables.output, env=env, datafile=LABELLED),
        *expand(rules.scaling.output, env=env, datafile=LABELLED, family=FAMILIES),
        *(
            expand(rules.ensemble_study.output, env=env, datafile=d, ensemble=e)
            for d, e in jobs.ensemble_studies(STUDY)
        ),
        *expand(rules.plot.output, env=env, datafile=LABELLED, plot=PLOTS),
        *expand(
            [*rules.retrieval_table.output, *rules.retrieval_plot.output],
            env=env,
            datafile=LABELLED,
        ),
    ]


def sweep_results():
    """What only sweeps need, and their own tables and plots."""
    summarised = dict.fromkeys(datafile for datafile, _ in SWEEPS)
    env = STUDY.settings.env
    return [
        *(
            [
                *plan_files(r.retriever, r.planner, datafile).values(),
                *expand(
                    rules.retrieve.output,
                    retriever=r.retriever,
                    planner=r.planner,
                    datafile=datafile,
                ),
            ]
            for r, datafile in SWEPT_SEARCHES
        ),
        *(expand(rules.answer.output, **vars(e)) for e in SWEPT_EXPERIMENTS),
        *(
            expand(
                [*rules.sweep.output, *rules.sweep_plots.output],
                env=env,
                datafile=datafile,
                sweep=sweep,
            )
            for datafile, sweep in SWEEPS
        ),
        *expand(rules.sweep_summary.output, env=env, datafile=summarised),
    ]


def comparison_results():
    """Tables and plots across machines, where results of another machine are here."""
    compared = [d for d in LABELLED if MERGED and scored(d, MERGED)]
    return [
        *expand(rules.compare_tables.output, datafile=compared),
        *expand(rules.compare_scaling.output, datafile=compared, family=FAMILIES),
        *expand(rules.compare_plot.output, datafile=compared, plot=PLOTS),
    ]

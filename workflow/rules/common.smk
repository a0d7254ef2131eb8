"""The study behind the rules, and the files that aggregating rules need.

A path pattern is written once, as the output of the rule that makes it; all else refers to
`rules.NAME.output`.
"""

import atexit
import re
import sys
from pathlib import Path

from wattrag.analysis.plots import PLOTS
from wattrag.analysis.sweeps.results import METRICS
from wattrag.config.environment import read_environment
from wattrag.errors import InputError
from wattrag.study import jobs, specs
from wattrag.study.illustrated import corpus_of, sends_images
from wattrag.study.job import error_lines
from wattrag.study.load import config_name, load_study
from wattrag.study.planners import Answerer
from wattrag.study.retrievals import retrieval_of, retrievals
from wattrag.study.sweeps import runs as swept

# `workflow.basedir` would be the user's own folder when this is used as a module.
ROOT = Path(str(workflow.current_basedir)).resolve().parents[1]

# `HF_HOME` may stand in it: where the commits of ad-hoc models are looked up.
read_environment()

try:
    STUDY = load_study(
        config,
        config_name(
            workflow.configfiles, overridden=bool(workflow.config_settings.config)
        ),
        root=ROOT,
    )
    EXTERNALS = jobs.external_results(STUDY)
    MERGED = jobs.merged_results(STUDY, Path("results"))
    ENSEMBLES = jobs.ensembles(STUDY)
    SWEEPS = swept.sweeps(STUDY)
except InputError as error:
    # A WorkflowError would add the place in this file: the user's file is what counts.
    sys.exit(str(error))

# Those of sweeps are no part of the tables.
SEARCHES = [(r.retriever, r.planner) for r in retrievals(STUDY)]
SWEPT_SEARCHES = swept.swept_retrievals(STUDY)
SWEPT_EXPERIMENTS = swept.swept_experiments(STUDY)
# Who plans, by retriever and `{planner}`; None plans nothing.
PLANS = {
    (r.retriever, r.planner): r.plans
    for r in [*retrievals(STUDY), *(search for search, _ in SWEPT_SEARCHES)]
}
LABELLED = jobs.labelled(STUDY)
EXPERIMENTS = jobs.experiments(STUDY)
FAMILIES = jobs.families(STUDY)
ILLUSTRATED = jobs.illustrated(STUDY)
FOREIGN = {(e.env, e.datafile, e.name): e for e in [*EXTERNALS, *MERGED]}


def report_unless_preview(**settings):
    """Write the report, except after a dry run, which Snakemake 9.27 does not leave out."""
    if not workflow.dryrun:
        write_report(**settings)


write_report = workflow.create_report
workflow.create_report = report_unless_preview


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


def write(pattern, **wildcards):
    """A rule's output for given wildcards."""
    return expand(pattern, **wildcards)[0]


def local_source(wildcards):
    """The file on this machine that a document comes from; none if it is downloaded."""
    path = STUDY.local_document(wildcards.source, wildcards.doc)
    return [] if path is None else [str(path)]


def source_file(wildcards):
    """A document's fetched file."""
    source = STUDY.settings.corpora[wildcards.corpus].source
    ext = STUDY.row(source, wildcards.doc).extension
    return write(rules.fetch.output.file, source=source, doc=wildcards.doc, ext=ext)


def trees(wildcards):
    """The trees of an index's corpus, parsed by us or given."""
    return trees_of(STUDY.settings.indexes[wildcards.index].corpus)


def trees_of(corpus):
    """The trees of a corpus, parsed by us or given."""
    given = STUDY.settings.corpora[corpus].trees
    docs = jobs.documents(STUDY, corpus)
    if given is not None:
        return [str(STUDY.path(given) / f"{doc}.json") for doc in docs]
    return expand(rules.parse.output.tree, corpus=corpus, doc=docs)


def index_of(wildcards):
    """The index that a retriever searches."""
    index = STUDY.settings.retrievers[wildcards.retriever].index
    return write(rules.index.output.built, index=index)


def question_file(wildcards):
    """The CSV of a datafile."""
    return str(STUDY.question_files[wildcards.datafile].path)


def plan_files(retriever, planner, datafile):
    """The plans that a retriever searches with; none if questions are searched for alone."""
    if (retriever, planner) not in PLANS:
        raise WorkflowError(f"retriever '{retriever}' has no planner '{planner}'")
    plans = PLANS[retriever, planner]
    if plans is None:
        return {}
    chosen = {"env": STUDY.settings.env, "datafile": datafile, **vars(plans)}
    return {
        "plans": write(rules.plan.output.queries, **chosen),
        "plan_usage": write(rules.plan.output.usage, **chosen),
    }


def retrieval_files(wildcards):
    """The evidence that a model answers from: planned by itself, if its retriever wants that."""
    made = rules.retrieve.output
    return {
        "retrieved": of_retrieval(made.retrieved, wildcards),
        "retrieval_usage": of_retrieval(made.usage, wildcards),
    }


def judged_retrieval(wildcards):
    """The metrics of the evidence that an experiment answered from."""
    return of_retrieval(rules.retrieval_metrics.output.metrics, wildcards)


def of_retrieval(pattern, wildcards):
    """A file of the retrieval that an experiment answered from."""
    answerer = Answerer(wildcards.model, wildcards.precision)
    found = retrieval_of(STUDY, wildcards.pipeline, answerer)
    return write(
        pattern,
        retriever=found.retriever,
        datafile=wildcards.datafile,
        planner=found.planner,
    )


def images_sent(wildcards):
    """The images of all figures that a model may be sent; none if it is sent none."""
    pipeline = STUDY.settings.pipelines[wildcards.pipeline]
    if not sends_images(STUDY.model(wildcards.model), pipeline):
        return []
    sent = corpus_of(STUDY.settings, wildcards.pipeline)
    return [
        write(rules.figures.output.images, corpus=corpus, doc=doc)
        for corpus, doc in ILLUSTRATED
        if corpus == sent
    ]


def foreign(wildcards):
    """What was made elsewhere; None if there is no such result."""
    return FOREIGN.get((wildcards.machine, wildcards.datafile, wildcards.name))


def foreign_submission(wildcards):
    """A submission that was made elsewhere."""
    found = foreign(wildcards)
    return [] if found is None else str(found.submission)


def foreign_report(wildcards):
    """What is said of times, energy and hardware beside a submission made elsewhere."""
    found = foreign(wildcards)
    reported = None if found is None else found.reported_in
    return [] if reported is None else str(reported)


def judged_retrievals(wildcards):
    """The metrics of every retriever, with each of its planners, on a datafile."""
    return [
        write(
            rules.retrieval_metrics.output.metrics,
            retriever=retriever,
            datafile=wildcards.datafile,
            planner=planner,
        )
        for retriever, planner in SEARCHES
    ]


def submissions(results):
    """The submissions of results, ours or foreign, in their order."""
    return [
        (
            write(rules.answer.output.submission, **vars(result))
            if isinstance(result, jobs.Experiment)
            else str(result.submission)
        )
        for result in results
    ]


def sweep_submissions(wildcards):
    """The submissions a sweep is made of: each point's runs, or the members that vote."""
    return submissions(swept.sources_of(STUDY, wildcards.sweep, wildcards.datafile))


def of_sweeps(pattern, datafile):
    """A file of each sweep of a datafile."""
    made = [sweep for swept_on, sweep in SWEEPS if swept_on == datafile]
    return expand(pattern, env=STUDY.settings.env, datafile=datafile, sweep=made)


def swept_results():
    """Every durable output that only sweeps need, and their own."""
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


def confidences(ensemble, members):
    """The answer records of the members whose confidence weighs their votes."""
    sure = jobs.confident(STUDY, ensemble, members)
    return [write(rules.answer.output.answers, **vars(member)) for member in sure]


def member_submissions(wildcards):
    """The submissions an ensemble votes over."""
    return submissions(jobs.members(STUDY, wildcards.ensemble, wildcards.datafile))


def member_answers(wildcards):
    """The answer records an ensemble takes confidences from; none if it needs none."""
    voting = jobs.members(STUDY, wildcards.ensemble, wildcards.datafile)
    return confidences(wildcards.ensemble, voting)


def weighing_submissions(wildcards):
    """The members' submissions to the questions whose scores weigh their votes, if any."""
    return submissions(jobs.weighing(STUDY, wildcards.ensemble, wildcards.datafile))


def weighing_questions(wildcards):
    """The labelled questions whose scores weigh an ensemble's votes, if any."""
    source = STUDY.settings.ensembles[wildcards.ensemble].weights_from
    return [] if source is None else str(STUDY.question_files[source].path)


def studied_pools(wildcards):
    """The members of an ensemble study by datafile, the one that judges first."""
    return jobs.studied(STUDY, wildcards.ensemble, wildcards.datafile)


def every_tree():
    """The trees of all corpora that are indexed."""
    corpora = dict.fromkeys(index.corpus for index in STUDY.settings.indexes.values())
    return [tree for corpus in corpora for tree in trees_of(corpus)]


def scored(datafile, foreign):
    """results.json of everything scored on a datafile: ours, ensembles, then foreign ones."""
    ours = [e for e in EXPERIMENTS if e.datafile == datafile]
    voted = [ensemble for voted_on, ensemble in ENSEMBLES if voted_on == datafile]
    return [
        *(write(rules.score_experiment.output.results, **vars(e)) for e in ours),
        *expand(
            rules.score_ensemble.output.results,
            env=STUDY.settings.env,
            datafile=datafile,
            ensemble=voted,
        ),
        *(
            write(
                rules.score_external.output.results,
                machine=e.env,
                datafile=datafile,
                name=e.name,
            )
            for e in foreign
            if e.datafile == datafile
        ),
    ]


def every_result():
    """Every durable output of every stage.

    Snakemake records a failed job as done, so that an output which nothing asks for by name
    would never be made again.
    """
    settings = STUDY.settings
    parsed = {n: c.source for n, c in settings.corpora.items() if c.source is not None}
    fetched = [
        write(rules.fetch.output.file, source=source, doc=row.id, ext=row.extension)
        for source in dict.fromkeys(parsed.values())
        for row in STUDY.sheets[source]
    ]
    compared = [d for d in LABELLED if MERGED and scored(d, MERGED)]
    return [
        *fetched,
        *(
            expand(rules.parse.output, corpus=corpus, doc=jobs.documents(STUDY, corpus))
            for corpus in parsed
        ),
        *(write(rules.figures.output.images, corpus=c, doc=d) for c, d in ILLUSTRATED),
        *expand(rules.index.output.built, index=settings.indexes),
        *(plan_files(*s, d).values() for s in SEARCHES for d in settings.datafiles),
        *(
            expand(
                rules.retrieve.output,
                retriever=r,
                planner=p,
                datafile=settings.datafiles,
            )
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
        *(expand(rules.answer.output, **vars(e)) for e in EXPERIMENTS),
        *(
            expand(rules.ensemble.output, env=settings.env, datafile=d, ensemble=e)
            for d, e in ENSEMBLES
        ),
        *(scored(datafile, EXTERNALS) for datafile in LABELLED),
        *expand(rules.tables.output, env=settings.env, datafile=LABELLED),
        *expand(
            rules.scaling.output, env=settings.env, datafile=LABELLED, family=FAMILIES
        ),
        *(
            expand(
                rules.ensemble_study.output, env=settings.env, datafile=d, ensemble=e
            )
            for d, e in jobs.ensemble_studies(STUDY)
        ),
        *expand(rules.plot.output, env=settings.env, datafile=LABELLED, plot=PLOTS),
        *expand(
            [*rules.retrieval_table.output, *rules.retrieval_plot.output],
            env=settings.env,
            datafile=LABELLED,
        ),
        *swept_results(),
        *expand(rules.compare_tables.output, datafile=compared),
        *expand(rules.compare_scaling.output, datafile=compared, family=FAMILIES),
        *expand(rules.compare_plot.output, datafile=compared, plot=PLOTS),
    ]


def end_with_error_lines(logs):
    """Let each failed job's one clear line be the last of all output."""
    text = "\n".join(Path(log).read_text(errors="replace") for log in logs)
    for line in error_lines(text):
        atexit.register(print, line, file=sys.stderr)

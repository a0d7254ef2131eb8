"""Results, ours and foreign: what scores, votes, sweeps and tables read."""


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

rule ensemble:
    input:
        members=member_submissions,
        answers=member_answers,
        questions=lambda wc: ancient(question_file(wc)),
        weighing=weighing_submissions,
        weighing_questions=weighing_questions,
    output:
        submission="results/ensembles/{env}/{datafile}/{ensemble}/submission.csv",
        vote="results/ensembles/{env}/{datafile}/{ensemble}/vote.json",
    log:
        "logs/ensemble/{env}/{datafile}/{ensemble}.log",
    conda:
        "../envs/wattrag.yaml"
    params:
        spec=lambda wc: specs.ensemble(STUDY, wc.ensemble, wc.datafile),
    script:
        "../scripts/ensemble.py"


rule score_ensemble:
    input:
        submission=rules.ensemble.output.submission,
        questions=question_file,
    output:
        results="results/ensembles/{env}/{datafile}/{ensemble}/results.json",
        summary="results/ensembles/{env}/{datafile}/{ensemble}/summary.json",
        errors="results/ensembles/{env}/{datafile}/{ensemble}/errors.csv",
    log:
        "logs/score_ensemble/{env}/{datafile}/{ensemble}.log",
    conda:
        "../envs/wattrag.yaml"
    params:
        spec=lambda wc: specs.score(STUDY, wc.datafile, "ensemble"),
    script:
        "../scripts/score.py"

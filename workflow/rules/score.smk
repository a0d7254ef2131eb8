rule score_experiment:
    input:
        submission=rules.answer.output.submission,
        answers=rules.answer.output.answers,
        usage=rules.answer.output.usage,
        retrieval=judged_retrieval,
        questions=question_file,
    output:
        results="results/experiments/{env}/{datafile}/{pipeline}/{model}/{precision}/run{run}/results.json",
        summary="results/experiments/{env}/{datafile}/{pipeline}/{model}/{precision}/run{run}/summary.json",
        errors="results/experiments/{env}/{datafile}/{pipeline}/{model}/{precision}/run{run}/errors.csv",
    log:
        "logs/score/{env}/{datafile}/{pipeline}/{model}/{precision}/run{run}.log",
    conda:
        "../envs/wattrag.yaml"
    params:
        spec=lambda wc: specs.score(STUDY, wc.datafile, "single"),
    script:
        "../scripts/score.py"


rule score_external:
    input:
        submission=foreign_submission,
        reported=foreign_report,
        questions=question_file,
    output:
        submission="results/external/{machine}/{datafile}/{name}/submission.csv",
        results="results/external/{machine}/{datafile}/{name}/results.json",
        summary="results/external/{machine}/{datafile}/{name}/summary.json",
        errors="results/external/{machine}/{datafile}/{name}/errors.csv",
    log:
        "logs/score_external/{machine}/{datafile}/{name}.log",
    conda:
        "../envs/wattrag.yaml"
    params:
        spec=lambda wc: specs.score(STUDY, wc.datafile, "external", foreign(wc)),
    script:
        "../scripts/score.py"

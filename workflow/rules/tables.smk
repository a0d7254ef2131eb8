rule tables:
    input:
        results=lambda wc: scored(wc.datafile, EXTERNALS),
        questions=question_file,
        # Documents that could not be read are part of the audit.
        trees=every_tree(),
    output:
        leaderboard="results/tables/{env}/{datafile}/leaderboard.csv",
        matrix="results/tables/{env}/{datafile}/results_matrix.csv",
        comparisons="results/tables/{env}/{datafile}/comparisons.csv",
        runs="results/tables/{env}/{datafile}/runs.csv",
        audit=report(
            "results/tables/{env}/{datafile}/audit.csv",
            caption="../report/audit.rst",
            category="Scores",
            labels={"datafile": "{datafile}", "table": "audit (CSV)"},
        ),
        errors=report(
            "results/tables/{env}/{datafile}/errors.csv",
            caption="../report/errors.rst",
            category="Questions",
            labels={"datafile": "{datafile}", "table": "points lost (CSV)"},
        ),
        classes="results/tables/{env}/{datafile}/error_classes.csv",
        # Snakemake's report offers a CSV as a download only; pages show in place.
        leaderboard_page=report(
            "results/tables/{env}/{datafile}/leaderboard.html",
            caption="../report/leaderboard.rst",
            category="Scores",
            labels={"datafile": "{datafile}", "table": "leaderboard"},
        ),
        matrix_page=report(
            "results/tables/{env}/{datafile}/results_matrix.html",
            caption="../report/results_matrix.rst",
            category="Questions",
            labels={"datafile": "{datafile}", "table": "matrix of answers"},
        ),
        classes_page=report(
            "results/tables/{env}/{datafile}/error_classes.html",
            caption="../report/error_classes.rst",
            category="Questions",
            labels={"datafile": "{datafile}", "table": "error classes"},
        ),
    log:
        "logs/tables/{env}/{datafile}.log",
    conda:
        "../envs/wattrag.yaml"
    params:
        spec=lambda wc: specs.tables(STUDY, wc.datafile),
    script:
        "../scripts/tables.py"


rule scaling:
    input:
        results=lambda wc: scored(wc.datafile, EXTERNALS),
    output:
        csv="results/tables/{env}/{datafile}/scaling_{family}.csv",
        json="results/tables/{env}/{datafile}/scaling_{family}.json",
    log:
        "logs/scaling/{env}/{datafile}/{family}.log",
    conda:
        "../envs/wattrag.yaml"
    params:
        spec=lambda wc: specs.scaling(STUDY, wc.family),
    script:
        "../scripts/scaling.py"


rule ensemble_study:
    input:
        members=lambda wc: [
            path for pool in studied_pools(wc).values() for path in submissions(pool)
        ],
        answers=lambda wc: [
            path
            for pool in studied_pools(wc).values()
            for path in confidences(wc.ensemble, pool)
        ],
        questions=lambda wc: [
            str(STUDY.question_files[name].path) for name in studied_pools(wc)
        ],
    output:
        csv="results/tables/{env}/{datafile}/ensemble_study_{ensemble}.csv",
        json="results/tables/{env}/{datafile}/ensemble_study_{ensemble}.json",
    log:
        "logs/ensemble_study/{env}/{datafile}/{ensemble}.log",
    conda:
        "../envs/wattrag.yaml"
    params:
        spec=lambda wc: specs.ensemble_study(STUDY, wc.ensemble, wc.datafile),
    script:
        "../scripts/ensemble_study.py"


rule retrieval_table:
    input:
        metrics=judged_retrievals,
    output:
        table="results/tables/{env}/{datafile}/retrieval.csv",
        page=report(
            "results/tables/{env}/{datafile}/retrieval.html",
            caption="../report/retrieval.rst",
            category="Evidence",
            labels={"datafile": "{datafile}", "result": "table"},
        ),
    log:
        "logs/retrieval_table/{env}/{datafile}.log",
    conda:
        "../envs/wattrag.yaml"
    params:
        spec=lambda wc: specs.retrieval_table(),
    script:
        "../scripts/retrieval_table.py"

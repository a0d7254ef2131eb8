rule tables:
    input:
        results=lambda wc: scored(wc.datafile, EXTERNALS),
    output:
        leaderboard="results/tables/{env}/{datafile}/leaderboard.csv",
        matrix="results/tables/{env}/{datafile}/results_matrix.csv",
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
        spec=lambda wc: specs.tables(STUDY),
    script:
        "../scripts/tables.py"


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

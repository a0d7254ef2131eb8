rule tables:
    input:
        results=lambda wc: scored(wc.datafile, EXTERNALS),
    output:
        leaderboard=report(
            "results/tables/{env}/{datafile}/leaderboard.csv",
            caption="../report/leaderboard.rst",
            category="Scores",
            labels={"datafile": "{datafile}", "table": "leaderboard"},
        ),
        matrix=report(
            "results/tables/{env}/{datafile}/results_matrix.csv",
            caption="../report/results_matrix.rst",
            category="Questions",
            labels={"datafile": "{datafile}", "table": "results matrix"},
        ),
        errors=report(
            "results/tables/{env}/{datafile}/errors.csv",
            caption="../report/errors.rst",
            category="Questions",
            labels={"datafile": "{datafile}", "table": "errors"},
        ),
    log:
        "logs/tables/{env}/{datafile}.log",
    conda:
        "../envs/wattrag.yaml"
    params:
        spec=lambda wc: specs.tables(STUDY),
    script:
        "../scripts/tables.py"

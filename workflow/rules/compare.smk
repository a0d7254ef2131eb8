rule compare_tables:
    input:
        results=lambda wc: scored(wc.datafile, [*EXTERNALS, *MERGED]),
        questions=question_file,
        trees=every_tree(),
    output:
        leaderboard="results/compare/{datafile}/leaderboard.csv",
        matrix="results/compare/{datafile}/results_matrix.csv",
        errors="results/compare/{datafile}/errors.csv",
        classes="results/compare/{datafile}/error_classes.csv",
        comparisons="results/compare/{datafile}/comparisons.csv",
        runs="results/compare/{datafile}/runs.csv",
        audit="results/compare/{datafile}/audit.csv",
        leaderboard_page=report(
            "results/compare/{datafile}/leaderboard.html",
            caption="../report/leaderboard.rst",
            category="Across machines",
            labels={"datafile": "{datafile}", "result": "leaderboard"},
        ),
        matrix_page="results/compare/{datafile}/results_matrix.html",
        classes_page="results/compare/{datafile}/error_classes.html",
    log:
        "logs/compare_tables/{datafile}.log",
    conda:
        "../envs/wattrag.yaml"
    params:
        spec=lambda wc: specs.tables(STUDY, wc.datafile),
    script:
        "../scripts/tables.py"


rule compare_scaling:
    input:
        results=lambda wc: scored(wc.datafile, [*EXTERNALS, *MERGED]),
    output:
        csv="results/compare/{datafile}/scaling_{family}.csv",
        json="results/compare/{datafile}/scaling_{family}.json",
    log:
        "logs/compare_scaling/{datafile}/{family}.log",
    conda:
        "../envs/wattrag.yaml"
    params:
        spec=lambda wc: specs.scaling(STUDY, wc.family),
    script:
        "../scripts/scaling.py"


rule compare_plot:
    input:
        leaderboard=rules.compare_tables.output.leaderboard,
        matrix=rules.compare_tables.output.matrix,
    output:
        svg=report(
            "results/compare/{datafile}/{plot}.svg",
            caption="../report/plot.rst",
            category="Across machines",
            labels={"datafile": "{datafile}", "result": "{plot}"},
        ),
        png="results/compare/{datafile}/{plot}.png",
    log:
        "logs/compare_plot/{datafile}/{plot}.log",
    conda:
        "../envs/wattrag.yaml"
    params:
        spec=lambda wc: specs.plot(STUDY),
    script:
        "../scripts/plot.py"

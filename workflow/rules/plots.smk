rule plot:
    input:
        leaderboard=rules.tables.output.leaderboard,
        matrix=rules.tables.output.matrix,
    output:
        svg=report(
            "results/plots/{env}/{datafile}/{plot}.svg",
            caption="../report/plot.rst",
            category="Plots",
            labels={"datafile": "{datafile}", "plot": "{plot}"},
        ),
        png="results/plots/{env}/{datafile}/{plot}.png",
    log:
        "logs/plot/{env}/{datafile}/{plot}.log",
    conda:
        "../envs/wattrag.yaml"
    params:
        spec=lambda wc: specs.plot(STUDY),
    script:
        "../scripts/plot.py"


rule retrieval_plot:
    input:
        table=rules.retrieval_table.output.table,
    output:
        svg=report(
            "results/plots/{env}/{datafile}/retrieval.svg",
            caption="../report/retrieval.rst",
            category="Evidence",
            labels={"datafile": "{datafile}", "result": "plot"},
        ),
        png="results/plots/{env}/{datafile}/retrieval.png",
    log:
        "logs/retrieval_plot/{env}/{datafile}.log",
    conda:
        "../envs/wattrag.yaml"
    params:
        spec=lambda wc: specs.plot(STUDY),
    script:
        "../scripts/retrieval_plot.py"

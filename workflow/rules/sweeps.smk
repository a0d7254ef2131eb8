from wattrag.analysis.sweeps.results import METRICS


rule sweep:
    input:
        submissions=sweep_submissions,
        questions=question_file,
    output:
        # It names the predictions beside it, `{params}_run{n}_preds.csv`.
        metadata="results/sweeps/{env}/{datafile}/{sweep}/metadata.json",
        results="results/sweeps/{env}/{datafile}/{sweep}/sweep_results.csv",
        effects="results/sweeps/{env}/{datafile}/{sweep}/effects.json",
    log:
        "logs/sweep/{env}/{datafile}/{sweep}.log",
    conda:
        "../envs/wattrag.yaml"
    params:
        spec=lambda wc: specs.sweep(STUDY, wc.sweep, wc.datafile),
    script:
        "../scripts/sweep.py"


rule sweep_plots:
    input:
        results=rules.sweep.output.results,
        metadata=rules.sweep.output.metadata,
    output:
        final_score=report(
            "results/sweeps/{env}/{datafile}/{sweep}/plot_final_score.svg",
            caption="../report/sweep.rst",
            category="Sweeps",
            labels={"datafile": "{datafile}", "sweep": "{sweep}", "score": "overall"},
        ),
        value_score=report(
            "results/sweeps/{env}/{datafile}/{sweep}/plot_value_score.svg",
            caption="../report/sweep.rst",
            category="Sweeps",
            labels={"datafile": "{datafile}", "sweep": "{sweep}", "score": "value"},
        ),
        ref_score=report(
            "results/sweeps/{env}/{datafile}/{sweep}/plot_ref_score.svg",
            caption="../report/sweep.rst",
            category="Sweeps",
            labels={
                "datafile": "{datafile}",
                "sweep": "{sweep}",
                "score": "citations",
            },
        ),
        is_NA_score=report(
            "results/sweeps/{env}/{datafile}/{sweep}/plot_is_NA_score.svg",
            caption="../report/sweep.rst",
            category="Sweeps",
            labels={
                "datafile": "{datafile}",
                "sweep": "{sweep}",
                "score": "abstentions",
            },
        ),
        png=expand(
            "results/sweeps/{{env}}/{{datafile}}/{{sweep}}/plot_{metric}.png",
            metric=METRICS,
        ),
    log:
        "logs/sweep_plots/{env}/{datafile}/{sweep}.log",
    conda:
        "../envs/wattrag.yaml"
    params:
        spec=lambda wc: specs.sweep_plots(STUDY),
    script:
        "../scripts/sweep_plots.py"


rule sweep_summary:
    input:
        results=lambda wc: of_sweeps(rules.sweep.output.results, wc.datafile),
        effects=lambda wc: of_sweeps(rules.sweep.output.effects, wc.datafile),
    output:
        summary="results/sweeps/{env}/{datafile}/summary.csv",
    log:
        "logs/sweep_summary/{env}/{datafile}.log",
    conda:
        "../envs/wattrag.yaml"
    params:
        spec=lambda wc: specs.sweep_summary(STUDY, wc.datafile),
    script:
        "../scripts/sweep_summary.py"

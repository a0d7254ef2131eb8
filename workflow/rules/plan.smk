rule plan:
    input:
        # Gold may change without a new plan; what is asked is part of the spec.
        questions=lambda wc: ancient(question_file(wc)),
    output:
        queries="results/plans/{env}/{datafile}/{model}/{precision}/q{planner_max_queries}/queries.jsonl",
        usage="results/plans/{env}/{datafile}/{model}/{precision}/q{planner_max_queries}/usage.json",
    log:
        "logs/plan/{env}/{datafile}/{model}/{precision}/q{planner_max_queries}.log",
    benchmark:
        "results/benchmarks/plan/{env}/{datafile}/{model}/{precision}/q{planner_max_queries}.tsv"
    wildcard_constraints:
        model=either(sorted({p.model for p in PLANS.values() if p})),
    conda:
        "../envs/wattrag.yaml"
    resources:
        mem_mb=lambda wc: STUDY.planning_model(wc.model).memory_mb,
        gpu=lambda wc: STUDY.planning_model(wc.model).devices,
    params:
        spec=lambda wc: specs.plan(STUDY, **wc),
    script:
        "../scripts/plan.py"

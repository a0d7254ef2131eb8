rule figures:
    input:
        file=source_file,
        tree=rules.parse.output.tree,
    output:
        images="results/corpus/{corpus}/images/{doc}.zip",
    log:
        "logs/figures/{corpus}/{doc}.log",
    benchmark:
        "results/benchmarks/figures/{corpus}/{doc}.tsv"
    conda:
        "../envs/wattrag.yaml"
    params:
        spec=lambda wc: specs.figures(),
    script:
        "../scripts/figures.py"

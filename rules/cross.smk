# cross: results/{train}/models/... -> results/{train}/cross/{test}/{experiment}/{repeat}.csv

CROSSES = planned_crosses(settings)
CROSS_FILES = [path for planned in CROSSES for path in planned.predictions]


rule evaluate_pair:
    """{wildcards.experiment} on all of {wildcards.train}, tested on {wildcards.test}: repeat {wildcards.repeat}."""
    input:
        trained=lambda wildcards: trained_files(settings, wildcards.train, wildcards.experiment, int(wildcards.repeat)),
        shards="results/{test}/shards.csv",
        split="results/{test}/splits/0.csv",
    output:
        predictions="results/{train}/cross/{test}/{experiment}/{repeat}.csv",
        record="results/{train}/cross/{test}/{experiment}/{repeat}.json",
    log:
        "logs/{train}/evaluate_pair/{test}/{experiment}/{repeat}.log",
    benchmark:
        "logs/benchmarks/{train}/evaluate_pair/{test}/{experiment}/{repeat}.tsv"
    conda:
        "../envs/ffnet.yaml"
    threads: settings.execution.threads
    resources:
        mem_mb=lambda wildcards, attempt: attempt
        * evaluation_memory(settings, collections[wildcards.train], collections[wildcards.test], wildcards.experiment),
    params:
        recipe=lambda wildcards: RECIPES[wildcards.train, wildcards.experiment],
        pair=lambda wildcards: cross_params(settings, wildcards.train, wildcards.test),
        code=code_hash("workflow_scripts/evaluate_pair.py"),
    script:
        "../workflow_scripts/evaluate_pair.py"

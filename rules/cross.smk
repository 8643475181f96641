# cross: results/{train}/models/..., results/{dataset}/shards.csv -> results/{dataset}/cross/{train}/...

CROSSES = planned_crosses(settings)
CROSS_FILES = [path for planned in CROSSES for path in (*planned.predictions, *planned.records)]


rule evaluate_pair:
    """{wildcards.experiment} on all of {wildcards.train}, tested on {wildcards.dataset}: repeat {wildcards.repeat}."""
    input:
        trained=lambda wildcards: trained_files(settings, wildcards.train, wildcards.experiment, int(wildcards.repeat)),
        shards="results/{dataset}/shards.csv",
        split="results/{dataset}/splits/0.csv",
    output:
        predictions="results/{dataset}/cross/{train}/{experiment}/{repeat}.csv",
        record="results/{dataset}/cross/{train}/{experiment}/{repeat}.json",
    log:
        "logs/{dataset}/evaluate_pair/{train}/{experiment}/{repeat}.log",
    benchmark:
        "logs/benchmarks/{dataset}/evaluate_pair/{train}/{experiment}/{repeat}.tsv"
    conda:
        "../envs/ffnet.yaml"
    threads: settings.execution.threads
    resources:
        mem_mb=lambda wildcards, attempt: attempt
        * evaluation_memory(
            settings, collections[wildcards.train], collections[wildcards.dataset], wildcards.experiment
        ),
    params:
        recipe=lambda wildcards: RECIPES[wildcards.train, wildcards.experiment],
        pair=lambda wildcards: cross_params(settings, wildcards.train, wildcards.dataset),
        code=code_hash("workflow_scripts/evaluate_pair.py"),
    script:
        "../workflow_scripts/evaluate_pair.py"

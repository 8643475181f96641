# training, execution.job: fold. One run a job: one fold of results/{dataset}/splits/{repeat}.csv


rule train_fold:
    """{wildcards.experiment} on {wildcards.dataset}: repeat {wildcards.repeat}, fold {wildcards.fold}."""
    input:
        lambda wildcards: PRETRAINED[wildcards.experiment],
        shards="results/{dataset}/shards.csv",
        split="results/{dataset}/splits/{repeat}.csv",
    output:
        predictions=["results/{dataset}/runs/{experiment}/{repeat}/{fold}.csv"],
        records=["results/{dataset}/runs/{experiment}/{repeat}/{fold}.json"],
    log:
        "logs/{dataset}/train_fold/{experiment}/{repeat}/{fold}.log",
    conda:
        "../envs/ffnet.yaml"
    threads: settings.execution.threads
    resources:
        mem_mb=lambda wildcards, attempt: attempt * MEMORY[wildcards.dataset, wildcards.experiment],
        gpu_places=lambda wildcards: GPU_PLACES[wildcards.experiment],
    params:
        recipe=lambda wildcards: RECIPES[wildcards.dataset, wildcards.experiment],
        code=TRAINING_CODE,
    script:
        "../workflow_scripts/train_runs.py"


use rule train_fold as train_fold_features with:
    output:
        predictions=["results/{dataset}/runs/{experiment}/{repeat}/{fold}.csv"],
        records=["results/{dataset}/runs/{experiment}/{repeat}/{fold}.json"],
        features=["results/{dataset}/features/{experiment}/{repeat}/{fold}.h5"],
    wildcard_constraints:
        experiment=SAVES_FEATURES,


ruleorder: train_fold_features > train_fold

# training, execution.job: repeat. All folds of results/{dataset}/splits/{repeat}.csv in one job

PREDICTIONS = expand(
    "results/{{dataset}}/runs/{{experiment}}/{{repeat}}/{fold}.csv", fold=range(settings.protocol.folds)
)
RECORDS = expand("results/{{dataset}}/runs/{{experiment}}/{{repeat}}/{fold}.json", fold=range(settings.protocol.folds))


rule train_repeat:
    """{wildcards.experiment} on {wildcards.dataset}: repeat {wildcards.repeat}, all folds."""
    input:
        lambda wildcards: PRETRAINED[wildcards.experiment],
        shards="results/{dataset}/shards.csv",
        split="results/{dataset}/splits/{repeat}.csv",
    output:
        predictions=PREDICTIONS,
        records=RECORDS,
    log:
        "logs/{dataset}/train_repeat/{experiment}/{repeat}.log",
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


use rule train_repeat as train_repeat_features with:
    output:
        predictions=PREDICTIONS,
        records=RECORDS,
        features=expand(
            "results/{{dataset}}/features/{{experiment}}/{{repeat}}/{fold}.h5", fold=range(settings.protocol.folds)
        ),
    wildcard_constraints:
        experiment=SAVES_FEATURES,


ruleorder: train_repeat_features > train_repeat

# training: results/{dataset}/shards/*.h5 -> results/{dataset}/splits/{repeat}.csv, results/{dataset}/runs/...


rule split_subjects:
    """Draw the subjects of {wildcards.dataset} and divide them into folds, repeat {wildcards.repeat}."""
    input:
        "results/{dataset}/manifest.csv",
    output:
        "results/{dataset}/splits/{repeat}.csv",
    params:
        intensities=lambda wildcards: settings.datasets[wildcards.dataset].intensities,
        protocol=asdict(settings.protocol),
        code=code_hash("workflow_scripts/split_subjects.py"),
    log:
        "logs/{dataset}/split_subjects/{repeat}.log",
    conda:
        "../envs/ffnet.yaml"
    script:
        "../workflow_scripts/split_subjects.py"


rule train_fold:
    """{wildcards.experiment} on {wildcards.dataset}: repeat {wildcards.repeat}, fold {wildcards.fold}."""
    input:
        shards=shards_of,
        split="results/{dataset}/splits/{repeat}.csv",
    output:
        predictions="results/{dataset}/runs/{experiment}/{repeat}/{fold}.csv",
        record="results/{dataset}/runs/{experiment}/{repeat}/{fold}.json",
    params:
        settings=lambda wildcards: run_settings(
            settings.experiments[wildcards.experiment], settings.networks, settings.training, settings.ridge
        ),
        code=code_hash("workflow_scripts/train_fold.py"),
    log:
        "logs/{dataset}/train_fold/{experiment}/{repeat}/{fold}.log",
    benchmark:
        "logs/benchmarks/{dataset}/train_fold/{experiment}/{repeat}/{fold}.tsv"
    threads: settings.training.threads
    resources:
        mem_mb=4000,
    conda:
        "../envs/ffnet.yaml"
    script:
        "../workflow_scripts/train_fold.py"

# training: results/{dataset}/shards/*.h5 -> results/{dataset}/splits/{repeat}.csv, results/{dataset}/runs/...


rule split_subjects:
    """Draw the subjects of {wildcards.dataset} and divide them into folds, repeat {wildcards.repeat}."""
    input:
        "results/{dataset}/manifest.csv",
    output:
        "results/{dataset}/splits/{repeat}.csv",
    log:
        "logs/{dataset}/split_subjects/{repeat}.log",
    conda:
        "../envs/ffnet.yaml"
    params:
        intensities=lambda wildcards: settings.datasets[wildcards.dataset].intensities,
        classes=lambda wildcards: settings.datasets[wildcards.dataset].classes,
        protocol=asdict(settings.protocol),
        code=code_hash("workflow_scripts/split_subjects.py"),
    script:
        "../workflow_scripts/split_subjects.py"


rule train_fold:
    """{wildcards.experiment} on {wildcards.dataset}: repeat {wildcards.repeat}, fold {wildcards.fold}."""
    input:
        shards=lambda wildcards: collections[wildcards.dataset].shard_files(),
        split="results/{dataset}/splits/{repeat}.csv",
        quarantine=ancient("results/{dataset}/quarantine.txt"),  # it lets training begin; what is trained on is in the shards
    output:
        predictions="results/{dataset}/runs/{experiment}/{repeat}/{fold}.csv",
        record="results/{dataset}/runs/{experiment}/{repeat}/{fold}.json",
    log:
        "logs/{dataset}/train_fold/{experiment}/{repeat}/{fold}.log",
    benchmark:
        "logs/benchmarks/{dataset}/train_fold/{experiment}/{repeat}/{fold}.tsv"
    conda:
        "../envs/ffnet.yaml"
    threads: settings.training.threads
    resources:
        mem_mb=4000,
    params:
        settings=lambda wildcards: run_settings(
            settings.experiments[wildcards.experiment],
            settings.networks,
            settings.training,
            settings.ridge,
            settings.datasets[wildcards.dataset].classes,
        ),
        code=code_hash("workflow_scripts/train_fold.py"),
    script:
        "../workflow_scripts/train_fold.py"

# training: results/{dataset}/shards.csv -> results/{dataset}/splits/{repeat}.csv, results/{dataset}/runs/...

RECIPES = {  # made once, not for each of tens of thousands of runs
    (dataset, name): recipe_values(experiment_recipe(settings, dataset, name))
    for dataset in collections
    for name in settings.experiments
}
TRAINING_CODE = code_hash("workflow_scripts/train_runs.py")
PRETRAINED = {name: pretrained_files(settings, name) for name in settings.experiments}

# On one machine, as many jobs train networks at a time as its GPUs have places; the others wait without a core.
GPU_PLACES = {name: int(not row.is_ridge) for name, row in settings.experiments.items()}
places = gpu_places(settings.execution)
if workflow.local_exec and places:
    workflow.register_resource("gpu_places", places)

MEMORY = {
    (dataset, name): training_memory(
        settings,
        collections[dataset],
        name,
        gpu=places > 0 or (not workflow.local_exec and settings.execution.device != "cpu"),
    )
    for dataset in collections
    for name in settings.experiments
}


rule choose_subjects:
    """Choose the subjects of {wildcards.dataset} that take part, by what of their scans can be used."""
    input:
        manifest="results/{dataset}/manifest.csv",
        quarantine="results/{dataset}/quarantine.csv",
    output:
        "results/{dataset}/subjects.csv",
    log:
        "logs/{dataset}/choose_subjects.log",
    retries: 0  # the cluster profile sets some; the result would be the same
    conda:
        "../envs/ffnet.yaml"
    params:
        dataset=lambda wildcards: asdict(settings.datasets[wildcards.dataset]),
        protocol=asdict(replace(settings.protocol, validation=0, redraw=False)),  # which do not decide who is chosen
        code=code_hash("workflow_scripts/choose_subjects.py"),
    script:
        "../workflow_scripts/choose_subjects.py"


rule split_subjects:
    """Divide the subjects of {wildcards.dataset} that take part into folds, repeat {wildcards.repeat}."""
    input:
        "results/{dataset}/subjects.csv",
    output:
        "results/{dataset}/splits/{repeat}.csv",
    log:
        "logs/{dataset}/split_subjects/{repeat}.log",
    conda:
        "../envs/ffnet.yaml"
    params:
        folds=settings.protocol.folds,
        seed=settings.protocol.seed,
        redrawn=lambda wildcards: settings.protocol.redrawn(int(wildcards.repeat)),
        code=code_hash("workflow_scripts/split_subjects.py"),
    script:
        "../workflow_scripts/split_subjects.py"


# the experiments whose features are saved, beside predictions and records; without any, a name that nothing has
SAVES_FEATURES = "|".join(map(re.escape, settings.transport.experiments)) or "(?!)"


include: f"train_{settings.execution.job}.smk"


rule fetch_imagenet:
    """Download torchvision's VGG16-BN once, or read it from data/pretrained, and keep its convolutions."""
    output:
        IMAGENET_FILE,
    log:
        "logs/pretrained/fetch_imagenet.log",
    conda:
        "../envs/ffnet.yaml"
    params:
        folder="data/pretrained",
        code=code_hash("workflow_scripts/fetch_imagenet.py"),
    script:
        "../workflow_scripts/fetch_imagenet.py"


rule train_final:
    """Train {wildcards.experiment} on all selected subjects of {wildcards.dataset} and keep the network."""
    input:
        lambda wildcards: PRETRAINED[wildcards.experiment],
        shards="results/{dataset}/shards.csv",
        split="results/{dataset}/splits/0.csv",
        kind="results/{dataset}/kind.txt",
    output:
        "results/{dataset}/models/{experiment}.safetensors",
    log:
        "logs/{dataset}/train_final/{experiment}.log",
    benchmark:
        "logs/benchmarks/{dataset}/train_final/{experiment}.tsv"
    conda:
        "../envs/ffnet.yaml"
    threads: settings.execution.threads
    resources:
        mem_mb=lambda wildcards, attempt: attempt * MEMORY[wildcards.dataset, wildcards.experiment],
        gpu_places=1,
    params:
        recipe=lambda wildcards: RECIPES[wildcards.dataset, wildcards.experiment],
        source=lambda wildcards: asdict(model_source(settings, wildcards.dataset)),
        code=code_hash("workflow_scripts/train_final.py"),
    script:
        "../workflow_scripts/train_final.py"


use rule train_final as train_final_repeat with:
    output:
        "results/{dataset}/models/{experiment}/{repeat}.safetensors",
    log:
        "logs/{dataset}/train_final_repeat/{experiment}/{repeat}.log",
    benchmark:
        "logs/benchmarks/{dataset}/train_final_repeat/{experiment}/{repeat}.tsv"


rule models:
    """The experiments of the config's `models`, trained on all subjects of every collection."""
    input:
        expand(
            "results/{dataset}/models/{experiment}.safetensors",
            dataset=collections,
            experiment=settings.models,
        ),

# results: results/{dataset}/runs/... -> results/{dataset}/predictions/{experiment}.csv, results/tables, results/figures

GATHERED = [f"results/{dataset}/predictions/{experiment}.csv" for dataset in collections for experiment in chosen]


def runs_of(wildcards):
    """The predictions of all runs of an experiment."""
    folder = f"results/{wildcards.dataset}/runs/{wildcards.experiment}"
    repeats, folds = range(settings.experiments[wildcards.experiment].repeats), range(settings.protocol.folds)
    return [f"{folder}/{repeat}/{fold}.csv" for repeat in repeats for fold in folds]


def splits_of(wildcards):
    """The splits that an experiment uses."""
    repeats = range(settings.experiments[wildcards.experiment].repeats)
    return [f"results/{wildcards.dataset}/splits/{repeat}.csv" for repeat in repeats]


rule gather_runs:
    """Gather the predictions of all runs of {wildcards.experiment} on {wildcards.dataset}."""
    input:
        runs=runs_of,
        splits=splits_of,
    output:
        predictions="results/{dataset}/predictions/{experiment}.csv",
    params:
        code=code_hash("workflow_scripts/gather_runs.py"),
    log:
        "logs/{dataset}/gather_runs/{experiment}.log",
    conda:
        "../envs/ffnet.yaml"
    script:
        "../workflow_scripts/gather_runs.py"


rule make_table:
    """Make the accuracy table over all collections and experiments."""
    input:
        "ffnet/results/paper.csv",
        predictions=GATHERED,
    output:
        csv="results/tables/accuracy.csv",
        markdown="results/tables/accuracy.md",
    params:
        confidence=settings.results.confidence,
        collections={
            name: {"synthetic": is_synthetic(name, settings), "paper": PAPER_NAMES[dataset.layout]}
            for name, dataset in settings.datasets.items()
        },
        code=code_hash("workflow_scripts/make_table.py"),
    log:
        "logs/results/make_table.log",
    conda:
        "../envs/ffnet.yaml"
    script:
        "../workflow_scripts/make_table.py"


rule draw_confusion:
    """Draw the confusion matrix of {wildcards.experiment} on {wildcards.dataset}."""
    input:
        predictions="results/{dataset}/predictions/{experiment}.csv",
    output:
        "results/figures/{dataset}_{experiment}_confusion.png",
        "results/figures/{dataset}_{experiment}_confusion.svg",
    params:
        synthetic=lambda wildcards: is_synthetic(wildcards.dataset, settings),
        confidence=settings.results.confidence,
        dpi=settings.results.dpi,
        code=code_hash("workflow_scripts/draw_confusion.py"),
    log:
        "logs/{dataset}/draw_confusion/{experiment}.log",
    conda:
        "../envs/ffnet.yaml"
    script:
        "../workflow_scripts/draw_confusion.py"


rule draw_maps:
    """Draw the five maps of scans of {wildcards.dataset} with their landmarks."""
    input:
        shard=lambda wildcards: shards_of(wildcards)[0],
    output:
        "results/figures/{dataset}_maps.png",
        "results/figures/{dataset}_maps.svg",
    params:
        synthetic=lambda wildcards: is_synthetic(wildcards.dataset, settings),
        maps_subject=settings.results.maps_subject,
        maps_expressions=settings.results.maps_expressions,
        dpi=settings.results.dpi,
        code=code_hash("workflow_scripts/draw_maps.py"),
    log:
        "logs/{dataset}/draw_maps.log",
    conda:
        "../envs/ffnet.yaml"
    script:
        "../workflow_scripts/draw_maps.py"

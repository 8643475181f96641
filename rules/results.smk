# results: results/{dataset}/runs/... -> results/{dataset}/predictions/{experiment}.csv, results/tables, results/figures

GATHERED = [f"results/{dataset}/predictions/{experiment}.csv" for dataset in collections for experiment in chosen]


rule gather_runs:
    """Gather the predictions of all runs of {wildcards.experiment} on {wildcards.dataset}."""
    input:
        runs=lambda wildcards: run_files(settings, wildcards.dataset, wildcards.experiment),
        splits=lambda wildcards: split_files(settings, wildcards.dataset, wildcards.experiment),
    output:
        predictions="results/{dataset}/predictions/{experiment}.csv",
    log:
        "logs/{dataset}/gather_runs/{experiment}.log",
    conda:
        "../envs/ffnet.yaml"
    params:
        classes=lambda wildcards: settings.datasets[wildcards.dataset].classes,
        code=code_hash("workflow_scripts/gather_runs.py"),
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
    log:
        "logs/results/make_table.log",
    conda:
        "../envs/ffnet.yaml"
    params:
        confidence=settings.results.confidence,
        collections={
            name: {
                "synthetic": is_synthetic(name, settings),
                "paper": paper_name(dataset),
                "classes": dataset.classes,
            }
            for name, dataset in settings.datasets.items()
        },
        code=code_hash("workflow_scripts/make_table.py"),
    script:
        "../workflow_scripts/make_table.py"


rule draw_confusion:
    """Draw the confusion matrix of {wildcards.experiment} on {wildcards.dataset}."""
    input:
        predictions="results/{dataset}/predictions/{experiment}.csv",
    output:
        "results/figures/{dataset}_{experiment}_confusion.png",
        "results/figures/{dataset}_{experiment}_confusion.svg",
    log:
        "logs/{dataset}/draw_confusion/{experiment}.log",
    conda:
        "../envs/ffnet.yaml"
    params:
        classes=lambda wildcards: settings.datasets[wildcards.dataset].classes,
        synthetic=lambda wildcards: is_synthetic(wildcards.dataset, settings),
        confidence=settings.results.confidence,
        dpi=settings.results.dpi,
        code=code_hash("workflow_scripts/draw_confusion.py"),
    script:
        "../workflow_scripts/draw_confusion.py"


rule draw_maps:
    """Draw the five maps of scans of {wildcards.dataset} with their landmarks."""
    input:
        shard=lambda wildcards: collections[wildcards.dataset].shard_to_draw(settings.results),
    output:
        "results/figures/{dataset}_maps.png",
        "results/figures/{dataset}_maps.svg",
    log:
        "logs/{dataset}/draw_maps.log",
    conda:
        "../envs/ffnet.yaml"
    params:
        classes=lambda wildcards: settings.datasets[wildcards.dataset].classes,
        synthetic=lambda wildcards: is_synthetic(wildcards.dataset, settings),
        subject=lambda wildcards: settings.results.maps_subjects.get(wildcards.dataset),
        expressions=settings.results.maps_expressions,
        dpi=settings.results.dpi,
        code=code_hash("workflow_scripts/draw_maps.py"),
    script:
        "../workflow_scripts/draw_maps.py"


rule measure_quality:
    """List how every scan of {wildcards.dataset} came through the stages, the worst first."""
    input:
        manifest="results/{dataset}/manifest.csv",
        quarantine="results/{dataset}/quarantine.csv",
        scans=lambda wildcards: collections[wildcards.dataset].shard_files("scans"),
        maps=lambda wildcards: collections[wildcards.dataset].shard_files("maps"),
        masks=lambda wildcards: collections[wildcards.dataset].shard_files("masks"),
    output:
        "results/{dataset}/quality.csv",
    log:
        "logs/{dataset}/measure_quality.log",
    conda:
        "../envs/ffnet.yaml"
    params:
        code=code_hash("workflow_scripts/measure_quality.py"),
    script:
        "../workflow_scripts/measure_quality.py"


rule draw_contact_sheet:
    """Draw the worst scans of {wildcards.dataset} for a look at them."""
    input:
        quality="results/{dataset}/quality.csv",
        quarantine="results/{dataset}/quarantine.csv",
        maps=lambda wildcards: collections[wildcards.dataset].shard_files("maps"),
        normals=lambda wildcards: collections[wildcards.dataset].shard_files("normals"),
        masks=lambda wildcards: collections[wildcards.dataset].shard_files("masks"),
    output:
        "results/figures/{dataset}_contact_sheet.png",
    log:
        "logs/{dataset}/draw_contact_sheet.log",
    conda:
        "../envs/ffnet.yaml"
    params:
        scans=settings.results.contact_sheet,
        size=settings.masks.size,
        synthetic=lambda wildcards: is_synthetic(wildcards.dataset, settings),
        code=code_hash("workflow_scripts/draw_contact_sheet.py"),
    script:
        "../workflow_scripts/draw_contact_sheet.py"

# results: results/{dataset}/runs/... -> results/{dataset}/predictions/{experiment}.csv, results/tables, results/figures

GATHERED = [f"results/{dataset}/predictions/{experiment}.csv" for dataset in collections for experiment in chosen]

DATASETS = {
    name: {"synthetic": is_synthetic(name, settings), "paper": paper_name(dataset), "classes": dataset.classes}
    for name, dataset in settings.datasets.items()
}
NETWORKS = {
    name: (row.depth, row.normals, row.texture, row.masks)
    for name, row in ((name, settings.experiments[name]) for name in chosen)
}

PLANS = [  # the fields of ffnet.results.so_far.Plan; the settings are the recipes of the rule train_fold
    (
        dataset,
        name,
        settings.experiments[name].repeats,
        settings.protocol.folds,
        RECIPES[dataset, name],
    )
    for dataset in collections
    for name in chosen
]


rule gather_runs:
    """Gather predictions and records of all runs of {wildcards.experiment} on {wildcards.dataset}."""
    input:
        runs=lambda wildcards: run_files(settings, wildcards.dataset, wildcards.experiment),
        records=lambda wildcards: [
            path.removesuffix(".csv") + ".json"
            for path in run_files(settings, wildcards.dataset, wildcards.experiment)
        ],
        splits=lambda wildcards: split_files(settings, wildcards.dataset, wildcards.experiment),
    output:
        predictions="results/{dataset}/predictions/{experiment}.csv",
        records="results/{dataset}/records/{experiment}.json",
    log:
        "logs/{dataset}/gather_runs/{experiment}.log",
    conda:
        "../envs/ffnet.yaml"
    params:
        classes=lambda wildcards: settings.datasets[wildcards.dataset].classes,
        code=code_hash("workflow_scripts/gather_runs.py"),
    script:
        "../workflow_scripts/gather_runs.py"


rule hash_scans:
    """Hash what the networks see of each scan of {wildcards.dataset}."""
    input:
        lambda wildcards: collections[wildcards.dataset].shard_files(),
    output:
        "results/{dataset}/hashes.csv",
    log:
        "logs/{dataset}/hash_scans.log",
    conda:
        "../envs/ffnet.yaml"
    params:
        code=code_hash("workflow_scripts/hash_scans.py"),
    script:
        "../workflow_scripts/hash_scans.py"


rule make_tables:
    """Make all tables over all collections and experiments, and audit them for leaks."""
    input:
        "ffnet/results/tables/paper.csv",
        expand("results/{dataset}/hashes.csv", dataset=collections),
        expand("results/{dataset}/quarantine.csv", dataset=collections),
        [split_files(settings, dataset, experiment) for dataset in collections for experiment in chosen],
        predictions=GATHERED,
    output:
        [
            report(path, caption="captions/tables.rst", category="Tables") if path.endswith(".csv") else path
            for path in TABLES
        ],
    log:
        "logs/results/make_tables.log",
    conda:
        "../envs/ffnet.yaml"
    params:
        confidence=settings.results.confidence,
        collections=DATASETS,
        networks=NETWORKS,
        code=code_hash("workflow_scripts/make_tables.py"),
    script:
        "../workflow_scripts/make_tables.py"


rule judge_leakage:
    """Stop if anything that was tested also stood in the training half."""
    input:
        "results/tables/leakage.csv",
    output:
        "results/tables/leakage.txt",
    log:
        "logs/results/judge_leakage.log",
    retries: 0  # the profile for clusters has some; this ends as it did
    conda:
        "../envs/ffnet.yaml"
    params:
        code=code_hash("workflow_scripts/judge_leakage.py"),
    script:
        "../workflow_scripts/judge_leakage.py"


rule tables_so_far:
    """Make tables and report from the runs that exist, in results/tables_so_far; trains nothing, runs whenever asked."""
    log:
        "logs/results/tables_so_far.log",
    conda:
        "../envs/ffnet.yaml"
    params:
        confidence=settings.results.confidence,
        collections=DATASETS,
        networks=NETWORKS,
        plans=PLANS,
        config=config,
        code=code_hash("workflow_scripts/tables_so_far.py"),
    script:
        "../workflow_scripts/tables_so_far.py"


rule draw_confusion:
    """Draw the confusion matrix of {wildcards.experiment} on {wildcards.dataset}."""
    input:
        predictions="results/{dataset}/predictions/{experiment}.csv",
    output:
        report(
            "results/figures/{dataset}_{experiment}_confusion.png",
            caption="captions/confusion.rst",
            category="Confusion matrices",
            labels={"dataset": "{dataset}", "experiment": "{experiment}"},
        ),
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
        report(
            "results/figures/{dataset}_maps.png",
            caption="captions/maps.rst",
            category="Maps",
            labels={"dataset": "{dataset}", "shown": "maps"},
        ),
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
        report(
            "results/figures/{dataset}_contact_sheet.png",
            caption="captions/contact_sheet.rst",
            category="Maps",
            labels={"dataset": "{dataset}", "shown": "contact sheet"},
        ),
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

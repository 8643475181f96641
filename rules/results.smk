# results: results/{dataset}/runs/... -> results/{dataset}/predictions/{experiment}.csv, results/tables, results/figures

DATASETS = planned_datasets(settings, chosen)
ARCHITECTURES = {  # the fields of ffnet.results.tables.paper.Architecture
    name: row.architecture for name, row in ((name, settings.experiments[name]) for name in chosen)
}


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
        redrawn=lambda wildcards: is_redrawn(settings, wildcards.experiment),
        code=code_hash("workflow_scripts/gather_runs.py"),
    script:
        "../workflow_scripts/gather_runs.py"


rule make_tables:
    """Make all tables over all datasets and experiments, and audit them for leaks."""
    input:
        "ffnet/results/tables/paper.csv",
        kinds=expand("results/{dataset}/kind.txt", dataset=collections),
        subjects=expand("results/{dataset}/subjects.csv", dataset=collections),
        hashes=expand("results/{dataset}/hashes.csv", dataset=collections),
        quarantine=expand("results/{dataset}/quarantine.csv", dataset=collections),
        splits=expand(
            "results/{dataset}/splits/{repeat}.csv", dataset=collections, repeat=range(count_splits(settings))
        ),
        predictions=expand("results/{dataset}/predictions/{experiment}.csv", dataset=collections, experiment=chosen),
        records=expand("results/{dataset}/records/{experiment}.json", dataset=collections, experiment=chosen),
        cross=CROSS_FILES,
        transport=[path for planned in TRANSPORTS for path in (*planned.unmoved, *planned.moved)],
    output:
        [
            report(path, caption="captions/tables.rst", category="Tables") if path.endswith(".csv") else path
            for path in (*TABLES, *(CROSS_TABLES if CROSSES else ()), *(TRANSPORT_TABLES if TRANSPORTS else ()))
        ],
    log:
        "logs/results/make_tables.log",
    conda:
        "../envs/ffnet.yaml"
    params:
        confidence=settings.results.confidence,
        datasets=DATASETS,
        architectures=ARCHITECTURES,
        crosses=[tuple(planned) for planned in CROSSES],
        transports=[tuple(planned) for planned in TRANSPORTS],
        code=code_hash("workflow_scripts/make_tables.py"),
    script:
        "../workflow_scripts/make_tables.py"


rule check_leakage:
    """Stop if anything that was tested was also in the training half."""
    input:
        "results/tables/leakage.csv",
    output:
        "results/tables/leakage.txt",
    log:
        "logs/results/check_leakage.log",
    retries: 0  # the cluster profile sets some; the result would be the same
    conda:
        "../envs/ffnet.yaml"
    params:
        code=code_hash("workflow_scripts/check_leakage.py"),
    script:
        "../workflow_scripts/check_leakage.py"


rule tables_so_far:
    """Make tables and report from the runs that exist, in results/tables_so_far; trains nothing, runs each time."""
    log:
        "logs/results/tables_so_far.log",
    conda:
        "../envs/ffnet.yaml"
    params:
        confidence=settings.results.confidence,
        datasets=DATASETS,
        architectures=ARCHITECTURES,
        expected=lambda wildcards: expected_runs(settings, chosen, TRAINING_CODE),
        files=lambda wildcards: report_files(collections),
        config=config,
        code=code_hash("workflow_scripts/tables_so_far.py"),
    script:
        "../workflow_scripts/tables_so_far.py"


rule draw_confusion:
    """Draw the confusion matrix of {wildcards.experiment} on {wildcards.dataset}."""
    input:
        predictions="results/{dataset}/predictions/{experiment}.csv",
        kind="results/{dataset}/kind.txt",
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
        confidence=settings.results.confidence,
        dpi=settings.results.dpi,
        code=code_hash("workflow_scripts/draw_confusion.py"),
    script:
        "../workflow_scripts/draw_confusion.py"

# robustness: final models and raw files -> results/robustness/{axis}/{severity}.csv -> table and figure of robustness.
# No part of the plain run.

# made when it is asked for: settings that do not fit matter to nobody else
planned_robustness = functools.cache(functools.partial(plan_robustness, settings, collections))


rule test_changed_scans:
    """Change scans ({wildcards.axis} {wildcards.severity}) before preprocessing, and let final models classify them."""
    input:
        "ffnet/landmarks/mean_face.csv",
        scans=lambda wildcards: collections[settings.robustness.test].files_of(planned_robustness().rows),
        models=lambda wildcards: planned_robustness().models,
    output:
        "results/robustness/{axis}/{severity}.csv",
    log:
        "logs/robustness/test_changed_scans/{axis}/{severity}.log",
    benchmark:
        "logs/benchmarks/robustness/test_changed_scans/{axis}/{severity}.tsv"
    conda:
        "../envs/ffnet.yaml"
    resources:
        mem_mb=2000,
    params:
        scans=lambda wildcards: [list(row) for row in planned_robustness().rows],
        layout=lambda wildcards: settings.datasets[settings.robustness.test].layout,
        preprocessing=lambda wildcards: robustness_preprocessing(settings),
        experiments=settings.robustness.experiments,
        settings=asdict(settings.robustness.change),
        code=code_hash("workflow_scripts/test_changed_scans.py"),
    script:
        "../workflow_scripts/test_changed_scans.py"


rule tabulate_robustness:
    """Make the table and the figure: accuracy by severity, and what preprocessing loses."""
    input:
        outcomes=lambda wildcards: list(planned_robustness().outcomes.values()),
        kind=lambda wildcards: "results/{dataset}/kind.txt".format(dataset=settings.robustness.test),
        train_hashes=lambda wildcards: "results/{dataset}/hashes.csv".format(dataset=settings.robustness.train),
        test_hashes=lambda wildcards: "results/{dataset}/hashes.csv".format(dataset=settings.robustness.test),
    output:
        table="results/robustness/accuracy.csv",
        text="results/robustness/accuracy.md",
        lost="results/robustness/lost.csv",
        figure=["results/robustness/accuracy.png", "results/robustness/accuracy.svg"],
    log:
        "logs/results/tabulate_robustness.log",
    retries: 0  # retrying cannot help: the outcome is always the same
    conda:
        "../envs/ffnet.yaml"
    params:
        conditions=lambda wildcards: [tuple(condition) for condition in planned_robustness().outcomes],
        train=settings.robustness.train,
        test=settings.robustness.test,
        classes=lambda wildcards: settings.datasets[settings.robustness.test].classes,
        confidence=settings.results.confidence,
        dpi=settings.results.dpi,
        code=code_hash("workflow_scripts/tabulate_robustness.py"),
    script:
        "../workflow_scripts/tabulate_robustness.py"


rule robustness:
    """How final models classify changed scans: table and figure, in results/robustness."""
    input:
        "results/robustness/accuracy.csv",
        "results/robustness/accuracy.png",

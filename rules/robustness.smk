# robustness: final models and raw files -> results/robustness/{axis}/{severity}.csv -> table and figure of robustness.
# No part of the plain run. Generated scans are taken again where the generator can make the change itself; scans of
# people are changed as they are read and depend on nothing of the generator.

# made when it is asked for: settings that do not fit matter to nobody else
planned_robustness = functools.cache(functools.partial(plan_or_exit, settings, collections))
RETAKE = [asdict(settings.demo), code_hash("workflow_scripts/retake_scans.py")]


rule check_generated:
    """Check that the generator would write the scans that are tested as they are."""
    input:
        model=makehuman_path(settings.demo),
        scans=lambda wildcards: planned_robustness().raw,
    output:
        "results/robustness/generated.txt",
    log:
        "logs/robustness/check_generated.log",
    retries: 0  # retrying cannot help: the outcome is always the same
    conda:
        "../envs/ffnet.yaml"
    params:
        files=lambda wildcards: {row.scan: (row.mesh, row.texture) for row in planned_robustness().rows},
        layout=lambda wildcards: settings.datasets[settings.robustness.test].layout,
        demo=asdict(settings.demo),
        code=code_hash("workflow_scripts/check_generated.py"),
    script:
        "../workflow_scripts/check_generated.py"


rule retake_scans:
    """Let the generator take its scans again ({wildcards.axis} {wildcards.severity}), head or light changed."""
    input:
        model=makehuman_path(settings.demo),
        checked="results/robustness/generated.txt",
    output:
        temp(directory("results/robustness/scans/{axis}/{severity}")),
    log:
        "logs/robustness/retake_scans/{axis}/{severity}.log",
    benchmark:
        "logs/benchmarks/robustness/retake_scans/{axis}/{severity}.tsv"
    conda:
        "../envs/ffnet.yaml"
    params:
        scans=lambda wildcards: [row.scan for row in planned_robustness().rows],
        layout=lambda wildcards: settings.datasets[settings.robustness.test].layout,
        demo=asdict(settings.demo),
        code=code_hash("workflow_scripts/retake_scans.py"),
    script:
        "../workflow_scripts/retake_scans.py"


rule test_changed_scans:
    """Change scans ({wildcards.axis} {wildcards.severity}) before preprocessing, and let final models classify them."""
    input:
        "ffnet/landmarks/mean_face.csv",
        scans=lambda wildcards: planned_robustness().files_of(wildcards.axis, wildcards.severity),
        models=lambda wildcards: planned_robustness().models,
    output:
        "results/robustness/{axis}/{severity}.csv",
    log:
        "logs/robustness/test_changed_scans/{axis}/{severity}.log",
    benchmark:
        "logs/benchmarks/robustness/test_changed_scans/{axis}/{severity}.tsv"
    priority: 1  # before more scans are taken again, as those that were tested are deleted
    conda:
        "../envs/ffnet.yaml"
    resources:
        mem_mb=2000,
    params:
        scans=lambda wildcards: [list(row) for row in planned_robustness().rows_of(wildcards.axis, wildcards.severity)],
        change=lambda wildcards: tuple(planned_robustness().change_of(wildcards.axis, wildcards.severity)),
        retake=lambda wildcards: RETAKE if wildcards.axis in planned_robustness().studio else None,
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
        studio=lambda wildcards: planned_robustness().studio,
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

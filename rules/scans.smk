# scans: native files -> results/{dataset}/manifest.csv, results/{dataset}/scans/{shard}.h5


rule index_scans:
    """List the scans of {wildcards.dataset}."""
    output:
        "results/{dataset}/manifest.csv",
    log:
        "logs/{dataset}/index_scans.log",
    conda:
        "../envs/ffnet.yaml"
    params:
        scans=lambda wildcards: [list(row) for row in collections[wildcards.dataset].rows],
        code=code_hash("workflow_scripts/index_scans.py"),
    script:
        "../workflow_scripts/index_scans.py"


rule load_scans:
    """Read, turn and crop the scans of {wildcards.dataset}, {wildcards.shard}."""
    input:
        lambda wildcards: collections[wildcards.dataset].raw_files(wildcards.shard),
        "ffnet/landmarks/mean_face.csv",
    output:
        "results/{dataset}/scans/{shard}.h5",
    log:
        "logs/{dataset}/load_scans/{shard}.log",
    benchmark:
        "logs/benchmarks/{dataset}/load_scans/{shard}.tsv"
    conda:
        "../envs/ffnet.yaml"
    resources:
        mem_mb=2000,
    params:
        scans=lambda wildcards: [list(row) for row in collections[wildcards.dataset].shards[wildcards.shard]],
        unit=lambda wildcards: settings.datasets[wildcards.dataset].unit,
        classes=lambda wildcards: settings.datasets[wildcards.dataset].classes,
        settings=asdict(settings.scans),
        code=code_hash("workflow_scripts/load_scans.py"),
    script:
        "../workflow_scripts/load_scans.py"

# maps: results/{dataset}/scans/{shard}.h5 -> results/{dataset}/maps/{shard}.h5


rule project_maps:
    """Project the meshes of {wildcards.dataset}, {wildcards.shard} to clean depth and texture maps."""
    input:
        "results/{dataset}/scans/{shard}.h5",
    output:
        "results/{dataset}/maps/{shard}.h5",
    log:
        "logs/{dataset}/project_maps/{shard}.log",
    benchmark:
        "logs/benchmarks/{dataset}/project_maps/{shard}.tsv"
    conda:
        "../envs/ffnet.yaml"
    resources:
        mem_mb=2000,
    params:
        projection=lambda wildcards: settings.datasets[wildcards.dataset].projection,
        settings=asdict(settings.maps),
        code=code_hash("workflow_scripts/project_maps.py"),
    script:
        "../workflow_scripts/project_maps.py"

# normals: results/{dataset}/maps/{shard}.h5 -> results/{dataset}/normals/{shard}.h5


rule compute_normals:
    """Compute the normals of the depth maps of {wildcards.dataset}, {wildcards.shard}."""
    input:
        "results/{dataset}/maps/{shard}.h5",
    output:
        "results/{dataset}/normals/{shard}.h5",
    log:
        "logs/{dataset}/compute_normals/{shard}.log",
    benchmark:
        "logs/benchmarks/{dataset}/compute_normals/{shard}.tsv"
    conda:
        "../envs/ffnet.yaml"
    params:
        code=code_hash("workflow_scripts/compute_normals.py"),
    script:
        "../workflow_scripts/compute_normals.py"

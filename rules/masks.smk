# masks: results/{dataset}/maps/{shard}.h5 -> results/{dataset}/masks/{shard}.h5


rule make_masks:
    """Find landmarks on the textures of {wildcards.dataset}, {wildcards.shard} and make the masks around them."""
    input:
        "results/{dataset}/maps/{shard}.h5",
    output:
        "results/{dataset}/masks/{shard}.h5",
    log:
        "logs/{dataset}/make_masks/{shard}.log",
    benchmark:
        "logs/benchmarks/{dataset}/make_masks/{shard}.tsv"
    conda:
        "../envs/ffnet.yaml"
    params:
        settings=asdict(settings.masks),
        code=code_hash("workflow_scripts/make_masks.py"),
    script:
        "../workflow_scripts/make_masks.py"

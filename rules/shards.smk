# shards: results/{dataset}/{maps,normals,masks}/{shard}.h5 -> results/{dataset}/shards/{shard}.h5, shards.csv, quarantine.csv


rule write_shards:
    """Join maps, normals and masks of {wildcards.dataset}, {wildcards.shard}, ready to train."""
    input:
        maps="results/{dataset}/maps/{shard}.h5",
        normals="results/{dataset}/normals/{shard}.h5",
        masks="results/{dataset}/masks/{shard}.h5",
    output:
        "results/{dataset}/shards/{shard}.h5",
    log:
        "logs/{dataset}/write_shards/{shard}.log",
    benchmark:
        "logs/benchmarks/{dataset}/write_shards/{shard}.tsv"
    conda:
        "../envs/ffnet.yaml"
    params:
        settings=asdict(settings.shards),
        takes=lambda wildcards: settings.datasets[wildcards.dataset].takes,
        classes=lambda wildcards: settings.datasets[wildcards.dataset].classes,
        code=code_hash("workflow_scripts/write_shards.py"),
    script:
        "../workflow_scripts/write_shards.py"


rule hash_shards:
    """Hash the network inputs in each shard of {wildcards.dataset}: the one input that runs have from all shards."""
    input:
        shards=lambda wildcards: collections[wildcards.dataset].shard_files(),
        quarantine="results/{dataset}/quarantine.csv",
        subjects="results/{dataset}/subjects.csv",
    output:
        "results/{dataset}/shards.csv",
    log:
        "logs/{dataset}/hash_shards.log",
    retries: 0  # retrying cannot help: the outcome is always the same
    conda:
        "../envs/ffnet.yaml"
    params:
        # quarantine.max_share and repeats, which may draw other subjects, are left out, so that changing them does not
        # retrain. No file of check_quarantine is an ancient() input, because Snakemake then misses changes downstream
        # when check_quarantine runs.
        scans=lambda wildcards: len(collections[wildcards.dataset].rows),
        code=code_hash("workflow_scripts/hash_shards.py"),
    script:
        "../workflow_scripts/hash_shards.py"


rule shards:
    """All shards. If they come out unchanged, the next start trains nothing again."""
    input:
        [collection.shard_files() for collection in collections.values()],
        expand("results/{dataset}/shards.csv", dataset=collections),


rule list_quarantine:
    """List the scans of {wildcards.dataset} that were left out, and why."""
    input:
        lambda wildcards: collections[wildcards.dataset].shard_files(),
    output:
        report(
            "results/{dataset}/quarantine.csv",
            caption="captions/quarantine.rst",
            category="Quarantine",
            labels={"dataset": "{dataset}"},
        ),
    log:
        "logs/{dataset}/list_quarantine.log",
    conda:
        "../envs/ffnet.yaml"
    params:
        code=code_hash("workflow_scripts/list_quarantine.py"),
    script:
        "../workflow_scripts/list_quarantine.py"


rule check_quarantine:
    """Stop if too many scans of {wildcards.dataset} were left out, of a finished dataset too."""
    input:
        quarantine="results/{dataset}/quarantine.csv",
        subjects="results/{dataset}/subjects.csv",
    output:
        "results/{dataset}/quarantine.txt",
    log:
        "logs/{dataset}/check_quarantine.log",
    retries: 0  # retrying cannot help: the outcome is always the same
    conda:
        "../envs/ffnet.yaml"
    params:
        scans=lambda wildcards: len(collections[wildcards.dataset].rows),
        settings=asdict(settings.quarantine),
        draws=count_draws(settings),
        code=code_hash("workflow_scripts/check_quarantine.py"),
    script:
        "../workflow_scripts/check_quarantine.py"

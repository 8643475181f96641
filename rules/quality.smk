# quality: results/{dataset}/{scans,maps,normals,masks,shards}/... -> quality.csv, kind.txt, hashes.csv, pictures of scans;
# all that can be looked at before training


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


rule find_kind:
    """Find out whether the scans of {wildcards.dataset} are generated, of the paper's collection, or others."""
    input:
        lambda wildcards: collections[wildcards.dataset].shard_files("scans"),
    output:
        "results/{dataset}/kind.txt",
    log:
        "logs/{dataset}/find_kind.log",
    conda:
        "../envs/ffnet.yaml"
    params:
        paper=lambda wildcards: paper_name(settings.datasets[wildcards.dataset]),
        code=code_hash("workflow_scripts/find_kind.py"),
    script:
        "../workflow_scripts/find_kind.py"


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


rule draw_maps:
    """Draw the five maps of scans of {wildcards.dataset} with their landmarks."""
    input:
        shard=lambda wildcards: collections[wildcards.dataset].shard_to_draw(settings.results),
        kind="results/{dataset}/kind.txt",
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
        subject=lambda wildcards: settings.results.maps_subjects.get(wildcards.dataset),
        expressions=settings.results.maps_expressions,
        dpi=settings.results.dpi,
        code=code_hash("workflow_scripts/draw_maps.py"),
    script:
        "../workflow_scripts/draw_maps.py"


rule draw_contact_sheet:
    """Draw the worst scans of {wildcards.dataset} for a look at them."""
    input:
        kind="results/{dataset}/kind.txt",
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
        code=code_hash("workflow_scripts/draw_contact_sheet.py"),
    script:
        "../workflow_scripts/draw_contact_sheet.py"

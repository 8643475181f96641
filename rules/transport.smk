# transport: results/{dataset}/features/... -> results/{dataset}/transport/{experiment}/{unmoved,moved}/...

TRANSPORTS = planned_transports(settings)


rule move_features:
    """Move the training features of {wildcards.experiment} on {wildcards.dataset}: repeat {wildcards.repeat}."""
    input:
        features=expand(
            "results/{{dataset}}/features/{{experiment}}/{{repeat}}/{fold}.h5", fold=range(settings.protocol.folds)
        ),
        split="results/{dataset}/splits/{repeat}.csv",
    output:
        unmoved=expand(
            "results/{{dataset}}/transport/{{experiment}}/unmoved/{{repeat}}/{fold}.csv",
            fold=range(settings.protocol.folds),
        ),
        moved=expand(
            "results/{{dataset}}/transport/{{experiment}}/moved/{{repeat}}/{fold}.csv",
            fold=range(settings.protocol.folds),
        ),
    log:
        "logs/{dataset}/move_features/{experiment}/{repeat}.log",
    retries: 0  # the cluster profile sets some; the result would be the same
    conda:
        "../envs/ffnet.yaml"
    resources:
        mem_mb=1000,
    params:
        classes=lambda wildcards: settings.datasets[wildcards.dataset].classes,
        settings=asdict(settings.transport.move),
        code=code_hash("workflow_scripts/move_features.py"),
    script:
        "../workflow_scripts/move_features.py"

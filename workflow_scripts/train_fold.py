"""Train one experiment on all folds but one and predict that one."""

from ffnet.jobs import job_log

with job_log(snakemake.log[0]):
    from ffnet.training.run import Run, train_fold

    params, wildcards = snakemake.params, snakemake.wildcards
    train_fold(
        shards=snakemake.input.shards,
        split=snakemake.input.split,
        run=Run(wildcards.experiment, int(wildcards.repeat), int(wildcards.fold)),
        settings=params.settings,
        conduct=snakemake.config["training"],
        code=params.code,
        resume=f"resume/{wildcards.dataset}/{wildcards.experiment}/{wildcards.repeat}/{wildcards.fold}",
        threads=snakemake.threads,
        predictions=snakemake.output.predictions,
        record=snakemake.output.record,
    )

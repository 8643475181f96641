"""Train one experiment on all folds but one and predict that one."""

from ffnet.workflow.job_log import job_log

with job_log(snakemake.log[0]):
    from ffnet.shards.hashes import read_shard_list
    from ffnet.training.finished_runs import run_once
    from ffnet.training.run import Run, train_fold

    params, wildcards, output = snakemake.params, snakemake.wildcards, snakemake.output
    run_once(
        run=(wildcards.dataset, wildcards.experiment, wildcards.repeat, wildcards.fold),
        outputs=(output.predictions, output.record),
        inputs=snakemake.input,
        facts=[params.settings, params.code, snakemake.threads],
        work=lambda: train_fold(
            shards=read_shard_list(snakemake.input.shards),
            split=snakemake.input.split,
            run=Run(wildcards.experiment, int(wildcards.repeat), int(wildcards.fold)),
            settings=params.settings,
            conduct=snakemake.config["training"],
            code=params.code,
            resume="resume/{dataset}/{experiment}/{repeat}/{fold}".format_map(wildcards),
            threads=snakemake.threads,
            predictions=output.predictions,
            record=output.record,
        ),
    )

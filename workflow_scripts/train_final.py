"""Train one experiment on all selected subjects and write the network with all that a prediction needs."""

from ffnet.workflow.job_log import job_log

with job_log(snakemake.log[0]):
    from ffnet.shards.hashes import read_shard_list
    from ffnet.training.final import train_final

    train_final(
        shards=read_shard_list(snakemake.input.shards),
        split=snakemake.input.split,
        name=snakemake.wildcards.experiment,
        settings=snakemake.params.settings,
        conduct=snakemake.config["training"],
        code=snakemake.params.code,
        threads=snakemake.threads,
        resume=f"resume/{snakemake.wildcards.dataset}/models/{snakemake.wildcards.experiment}",
        model=snakemake.output[0],
    )

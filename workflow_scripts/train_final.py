"""Train one experiment on all selected subjects and write the network with all that a prediction needs."""

from ffnet.jobs import job_log

with job_log(snakemake.log[0]):
    from ffnet.training.final import train_final

    train_final(
        shards=snakemake.input.shards,
        split=snakemake.input.split,
        name=snakemake.wildcards.experiment,
        settings=snakemake.params.settings,
        conduct=snakemake.config["training"],
        code=snakemake.params.code,
        threads=snakemake.threads,
        resume=f"resume/{snakemake.wildcards.dataset}/models/{snakemake.wildcards.experiment}",
        model=snakemake.output[0],
    )

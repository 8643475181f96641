"""Train one experiment on all selected subjects and write the network with all that a prediction needs."""

from ffnet.workflow.job_log import job_log

with job_log(snakemake.log[0]):
    from ffnet.origin import read_kind
    from ffnet.settings import read_settings
    from ffnet.training.final import write_final
    from ffnet.training.recipe import ModelSource, read_recipe
    from ffnet.training.session import read_data, start_session

    files, params, name = snakemake.input, snakemake.params, snakemake.wildcards.experiment
    recipe = read_recipe(params["recipe"], "config.yaml")
    source = read_settings(ModelSource, params["source"], "config.yaml")
    repeat = int(snakemake.wildcards.get("repeat", 0))
    resume = f"resume/{source.dataset}/models-{repeat}"
    session = start_session(snakemake.config["execution"], snakemake.threads, params, files, resume)
    collection, _ = read_data(files.shards, files.split)
    kind = read_kind(files.kind)
    write_final(snakemake.output[0], name, collection, recipe, source, kind, session, repeat)

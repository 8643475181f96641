"""Train one experiment on all selected subjects and write the network with all that a prediction needs."""

from ffnet.workflow.job_log import job_log

with job_log(snakemake.log[0]):
    from ffnet.networks.model_file import write_model
    from ffnet.origin import read_kind
    from ffnet.settings import read_settings
    from ffnet.training.final import model_header, train_final
    from ffnet.training.recipe import ModelSource, read_recipe
    from ffnet.training.session import read_data, start_session

    files, params, name = snakemake.input, snakemake.params, snakemake.wildcards.experiment
    recipe = read_recipe(params["recipe"], "config.yaml")
    source = read_settings(ModelSource, params["source"], "config.yaml")
    repeat = int(snakemake.wildcards.get("repeat", 0))
    resume = f"resume/{source.dataset}/models-{repeat}"
    session = start_session(snakemake.config["execution"], snakemake.threads, params, files, resume)
    collection, _ = read_data(files.shards, files.split)
    network, trained = train_final(name, collection, recipe, session, repeat)
    header = model_header(name, recipe, source, read_kind(files.kind))  # type: ignore[arg-type]
    write_model(snakemake.output[0], network, header | trained)
    session.checkpoint(name).delete()

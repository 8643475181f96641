"""Train one experiment on all folds but one and predict that one."""

from ffnet.workflow.job_log import job_log

with job_log(snakemake.log[0]):
    from ffnet.storage import write_text
    from ffnet.training.recipe import read_recipe
    from ffnet.training.run import train_runs
    from ffnet.training.session import Run, read_data, start_session

    files, params, wildcards = snakemake.input, snakemake.params, snakemake.wildcards
    resume = "resume/{dataset}/{experiment}/{repeat}".format_map(wildcards)
    session = start_session(snakemake.config["execution"], snakemake.threads, params, files, resume)
    runs = [Run(wildcards.experiment, int(wildcards.repeat), int(wildcards.fold))]
    recipe = read_recipe(params["recipe"], "config.yaml")
    for _, predictions, record in train_runs(runs, lambda: read_data(files.shards, files.split), recipe, session):
        write_text(snakemake.output.predictions, predictions)
        write_text(snakemake.output.record, record)

"""Train and test the runs of one job: one fold, or all folds of a repeat."""

import pathlib

from ffnet.workflow.job_log import job_log

with job_log(snakemake.log[0]):
    from ffnet.storage import write_text
    from ffnet.training.recipe import read_recipe
    from ffnet.training.run import train_runs
    from ffnet.training.session import Run, read_data, start_session

    files, output, params, wildcards = snakemake.input, snakemake.output, snakemake.params, snakemake.wildcards
    folds = [int(pathlib.Path(path).stem) for path in output.predictions]
    outputs = dict(zip(folds, zip(output.predictions, output.records, strict=True), strict=True))
    features = dict(zip(folds, output.get("features", ()), strict=False))  # of experiments whose features are saved
    resume = "resume/{dataset}/{experiment}/{repeat}".format_map(wildcards)
    execution, saves = snakemake.config["execution"], bool(features)
    session = start_session(execution, snakemake.threads, params, files, resume, keeps_features=saves)
    runs = [Run(wildcards.experiment, int(wildcards.repeat), fold) for fold in folds]
    recipe = read_recipe(params["recipe"], "config.yaml")
    for run, *texts in train_runs(runs, lambda: read_data(files.shards, files.split), recipe, session):
        for path, text in zip(outputs[run.fold], texts, strict=True):
            write_text(path, text)
        if saves:
            session.checkpoint(run.fold).copy_features(features[run.fold])

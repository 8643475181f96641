"""Test on one collection what was trained on another one."""

from ffnet.workflow.job_log import job_log

with job_log(snakemake.log[0]):
    from ffnet.storage import write_text
    from ffnet.training.evaluation import CrossRun, evaluate_pair
    from ffnet.training.recipe import read_recipe
    from ffnet.training.session import start_session

    files, params, names = snakemake.input, snakemake.params, snakemake.wildcards
    recipe = read_recipe(params["recipe"], "config.yaml")
    session = start_session(snakemake.config["execution"], snakemake.threads, params, files, "")
    run = CrossRun(names.experiment, int(names.repeat), **params.pair)
    texts = evaluate_pair(run, list(files.trained), (files.shards, files.split), recipe, session)
    for path, text in zip(snakemake.output, texts, strict=True):
        write_text(path, text)

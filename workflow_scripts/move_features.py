"""Move the training features of all runs of a repeat onto their test features, and classify these."""

from ffnet.workflow.job_log import job_log

with job_log(snakemake.log[0]):
    from ffnet.settings import read_settings
    from ffnet.storage import write_text
    from ffnet.training.run_features import read_features
    from ffnet.training.splits import read_split
    from ffnet.transport.moved_runs import moved_texts
    from ffnet.transport.settings import MoveSettings

    files, output, params = snakemake.input, snakemake.output, snakemake.params
    settings = read_settings(MoveSettings, params["settings"], "config.yaml: transport")
    split = read_split(files.split)
    for fold, (path, *paths) in enumerate(zip(files.features, output.unmoved, output.moved, strict=True)):
        texts = moved_texts(read_features(path), split, fold, params.classes, settings)
        for one, text in zip(paths, texts, strict=True):
            write_text(one, text)

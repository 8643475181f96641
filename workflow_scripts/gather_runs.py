"""Gather the predictions of all runs of one experiment into one file, once they are a whole partition."""

from ffnet.jobs import job_log

with job_log(snakemake.log[0]):
    import pathlib

    from ffnet.kept import forget_runs
    from ffnet.results.partition import check_partition, read_splits
    from ffnet.results.predictions import gather_runs, write_predictions

    predictions = gather_runs(snakemake.input.runs, snakemake.params.classes)
    check_partition(predictions, read_splits(snakemake.input.splits), pathlib.Path(snakemake.input.runs[0]).parents[1])
    write_predictions(snakemake.output.predictions, predictions, snakemake.params.classes)
    forget_runs(snakemake.wildcards.dataset, snakemake.wildcards.experiment)

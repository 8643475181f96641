"""Gather predictions and records of all runs of one experiment, once they are a whole partition."""

from ffnet.workflow.job_log import job_log

with job_log(snakemake.log[0]):
    import json
    import pathlib

    from ffnet.results.audit.partition import check_partition, check_tested, read_splits
    from ffnet.results.predictions import gather_runs, write_predictions
    from ffnet.results.run_records import gather_records
    from ffnet.storage import write_text
    from ffnet.training.checkpoint import forget_runs
    from ffnet.training.record import read_records

    paths, classes = snakemake.input, snakemake.params.classes
    records, predictions = read_records(paths.records), gather_runs(paths.runs, classes)
    check_tested(predictions, records)
    where, redrawn = pathlib.Path(paths.runs[0]).parents[1], snakemake.params.redrawn
    check_partition(predictions, read_splits(paths.splits), where, redrawn)
    write_predictions(snakemake.output.predictions, predictions, classes)
    write_text(snakemake.output.records, json.dumps(gather_records(records), indent=1) + "\n")
    forget_runs(snakemake.wildcards.dataset, snakemake.wildcards.experiment)

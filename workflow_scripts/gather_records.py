"""Gather what the runs of one experiment took and learned."""

from ffnet.jobs import job_log

with job_log(snakemake.log[0]):
    import json

    from ffnet.results.report.run_records import gather_records
    from ffnet.storage import write_text

    write_text(snakemake.output[0], json.dumps(gather_records(snakemake.input), indent=1) + "\n")

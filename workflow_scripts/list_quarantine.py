"""List the scans that were left out, by which stage and why."""

from ffnet.workflow.job_log import job_log

with job_log(snakemake.log[0]):
    from ffnet.quarantine import quarantine_text
    from ffnet.storage import read_stage, write_text

    rejected = [row for path in snakemake.input for row in read_stage(path).rejected]
    write_text(snakemake.output[0], quarantine_text(rejected))
    print(f"{len(rejected)} scans left out")

"""Stop if too many scans were left out."""

from ffnet.workflow.job_log import job_log

with job_log(snakemake.log[0]):
    from ffnet.quarantine import QuarantineSettings, judge_quarantine, read_quarantine
    from ffnet.settings import read_settings
    from ffnet.storage import write_text

    settings = read_settings(QuarantineSettings, snakemake.params.settings, "config.yaml: quarantine")
    rejected = read_quarantine(snakemake.input[0])
    line = judge_quarantine(rejected, snakemake.params.taken, settings, snakemake.input[0])
    write_text(snakemake.output[0], line + "\n")
    print(line)

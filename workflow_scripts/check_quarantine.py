"""Stop if too many scans were left out."""

from ffnet.workflow.job_log import job_log

with job_log(snakemake.log[0]):
    from ffnet.quarantine import QuarantineSettings, check_quarantine, read_quarantine
    from ffnet.settings import read_settings
    from ffnet.storage import write_text
    from ffnet.training.participants import left_out_shares, read_participants

    settings = read_settings(QuarantineSettings, snakemake.params.settings, "config.yaml: quarantine")
    rejected = read_quarantine(snakemake.input.quarantine)
    shares = left_out_shares(read_participants(snakemake.input.subjects), len(rejected), snakemake.params.scans)
    text = check_quarantine(rejected, shares, settings, snakemake.input.quarantine)
    write_text(snakemake.output[0], text + "\n")
    print(text)

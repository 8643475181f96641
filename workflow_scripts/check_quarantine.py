"""Stop if too many scans were left out."""

from ffnet.workflow.job_log import job_log

with job_log(snakemake.log[0]):
    from ffnet.quarantine import QuarantineSettings, check_quarantine, read_quarantine
    from ffnet.settings import read_settings
    from ffnet.storage import write_text
    from ffnet.training.participants import left_out_shares, read_participants, subjects_of_repeats
    from ffnet.training.settings import ProtocolSettings

    params, dataset = snakemake.params, snakemake.wildcards.dataset
    settings = read_settings(QuarantineSettings, params.settings, "config.yaml: quarantine")
    protocol = read_settings(ProtocolSettings, snakemake.config["protocol"], "config.yaml: protocol")
    rejected = read_quarantine(snakemake.input.quarantine)
    everyone = read_participants(snakemake.input.subjects)
    tested = subjects_of_repeats(everyone, dataset, protocol, params.draws)
    shares = left_out_shares(everyone, tested, len(rejected), params.scans)
    text = check_quarantine(rejected, shares, settings, snakemake.input.quarantine)
    write_text(snakemake.output[0], text + "\n")
    print(text)

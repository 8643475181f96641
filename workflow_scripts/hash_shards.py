"""Stop before training if too many scans were left out, else hash the network inputs in each shard."""

from ffnet.workflow.job_log import job_log

with job_log(snakemake.log[0]):
    from ffnet.quarantine import QuarantineSettings, read_quarantine, refuse_to_train
    from ffnet.settings import read_settings
    from ffnet.shards.hashes import shard_list
    from ffnet.storage import write_text
    from ffnet.training.participants import left_out_shares, read_participants

    settings = read_settings(QuarantineSettings, snakemake.config["quarantine"], "config.yaml: quarantine")
    rejected = read_quarantine(snakemake.input.quarantine)
    shares = left_out_shares(read_participants(snakemake.input.subjects), len(rejected), snakemake.params.scans)
    refuse_to_train(shares, settings, snakemake.input.quarantine)
    write_text(snakemake.output[0], shard_list(snakemake.input.shards))

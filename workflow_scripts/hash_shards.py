"""Stop before training if too many scans were left out, else hash the network inputs in each shard."""

from ffnet.workflow.job_log import job_log

with job_log(snakemake.log[0]):
    from ffnet.quarantine import QuarantineSettings, read_quarantine, refuse_to_train
    from ffnet.settings import read_settings
    from ffnet.shards.hashes import shard_list
    from ffnet.storage import write_text
    from ffnet.training.participants import left_out_shares, read_participants, subjects_of_repeats
    from ffnet.training.settings import ProtocolSettings

    config, dataset = snakemake.config, snakemake.wildcards.dataset
    settings = read_settings(QuarantineSettings, config["quarantine"], "config.yaml: quarantine")
    protocol = read_settings(ProtocolSettings, config["protocol"], "config.yaml: protocol")
    rejected = read_quarantine(snakemake.input.quarantine)
    everyone = read_participants(snakemake.input.subjects)
    repeats = max(row["repeats"] for row in config["experiments"].values())
    tested = subjects_of_repeats(everyone, dataset, protocol, repeats)
    shares = left_out_shares(everyone, tested, len(rejected), snakemake.params.scans)
    refuse_to_train(shares, settings, snakemake.input.quarantine)
    write_text(snakemake.output[0], shard_list(snakemake.input.shards))

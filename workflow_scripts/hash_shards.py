"""Hash what the networks get from each shard, once all of them can be read."""

from ffnet.jobs import job_log

with job_log(snakemake.log[0]):
    from ffnet.shards.hashes import shard_list
    from ffnet.storage import write_text

    write_text(snakemake.output[0], shard_list(snakemake.input.shards))

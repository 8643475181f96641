"""Compute the normals of a shard's depth maps."""

from ffnet.workflow.job_log import job_log

with job_log(snakemake.log[0]):
    from ffnet.normals.shard import compute_normals
    from ffnet.storage import read_stage, write_stage

    maps = read_stage(snakemake.input[0])
    write_stage(snakemake.output[0], compute_normals(maps.columns), maps.rejected, maps.attributes)

"""Join maps, normals and masks of a shard, scaled to network inputs."""

from ffnet.workflow.job_log import job_log

with job_log(snakemake.log[0]):
    from ffnet.settings import read_settings
    from ffnet.shards.settings import ShardSettings
    from ffnet.shards.shard import describe_axes, join_stages
    from ffnet.shards.takes import keep_takes
    from ffnet.storage import read_stage, write_stage

    params = snakemake.params
    settings = read_settings(ShardSettings, params.settings, "config.yaml: shards")
    maps, normals, masks = (read_stage(snakemake.input[name]) for name in ("maps", "normals", "masks"))
    columns = join_stages(maps.columns, normals.columns, masks.columns, settings)
    columns = keep_takes(columns, params.takes)
    made_by = {"shards": params.settings, "axes": describe_axes(params.classes)}
    attributes = maps.attributes | masks.attributes | made_by
    write_stage(snakemake.output[0], columns, masks.rejected, attributes)

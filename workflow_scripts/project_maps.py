"""Project the meshes of a shard to clean depth and texture maps."""

from ffnet.workflow.job_log import job_log

with job_log(snakemake.log[0]):
    from ffnet.maps.settings import MapSettings
    from ffnet.maps.shard import project_maps
    from ffnet.settings import read_settings
    from ffnet.storage import read_stage, write_stage

    params = snakemake.params
    settings = read_settings(MapSettings, params.settings, "config.yaml: maps")
    scans = read_stage(snakemake.input[0])
    columns, rejected = project_maps(scans.columns, params.projection, settings)
    made_by = scans.attributes | {"maps": params.settings, "projection": params.projection}
    write_stage(snakemake.output[0], columns, scans.rejected + rejected, made_by)

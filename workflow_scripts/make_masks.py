"""Find landmarks on a shard's textures and make the two masks around them."""

from ffnet.workflow.job_log import job_log

with job_log(snakemake.log[0]):
    from ffnet.masks.settings import MaskSettings
    from ffnet.masks.shard import make_masks
    from ffnet.settings import read_settings
    from ffnet.storage import read_stage, write_stage

    settings = read_settings(MaskSettings, snakemake.params.settings, "config.yaml: masks")
    maps = read_stage(snakemake.input[0])
    columns, rejected = make_masks(maps.columns, settings)
    write_stage(snakemake.output[0], columns, maps.rejected + rejected, {"masks": snakemake.params.settings})

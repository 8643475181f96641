"""Read, turn and crop the scans of a shard."""

from ffnet.jobs import job_log

with job_log(snakemake.log[0]):
    from ffnet.scans.index import ScanRow
    from ffnet.scans.settings import ScanSettings
    from ffnet.scans.shard import load_scans
    from ffnet.settings import read_settings
    from ffnet.storage import write_stage

    params = snakemake.params
    settings = read_settings(ScanSettings, params.settings, "config.yaml: scans")
    columns, rejected = load_scans([ScanRow(*row) for row in params.scans], params.layout, settings)
    write_stage(snakemake.output[0], columns, rejected, {"scans": params.settings, "layout": params.layout})

"""Read, turn and crop the scans of a shard."""

from ffnet.workflow.job_log import job_log

with job_log(snakemake.log[0]):
    from ffnet.scans.index import ScanRow
    from ffnet.scans.settings import ScanSettings
    from ffnet.scans.shard import load_scans
    from ffnet.settings import read_settings
    from ffnet.storage import write_stage

    params = snakemake.params
    settings = read_settings(ScanSettings, params.settings, "config.yaml: scans")
    rows = [ScanRow(*row) for row in params.scans]
    columns, rejected = load_scans(rows, params.unit, params.classes, settings)
    made_by = {"scans": params.settings, "unit": params.unit, "classes": list(params.classes)}
    write_stage(snakemake.output[0], columns, rejected, made_by)

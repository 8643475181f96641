"""List the scans of a collection."""

from ffnet.workflow.job_log import job_log

with job_log(snakemake.log[0]):
    from ffnet.scans.index import ScanRow, manifest_text
    from ffnet.storage import write_text

    rows = snakemake.params.scans
    write_text(snakemake.output[0], manifest_text([ScanRow(*row) for row in rows]))
    print(f"{len(rows)} scans taken")

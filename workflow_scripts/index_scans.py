"""List the scans of a collection."""

from ffnet.jobs import job_log

with job_log(snakemake.log[0]):
    from ffnet.scans.index import ScanRow, manifest_text
    from ffnet.storage import write_text

    rows, skipped = snakemake.params.scans, snakemake.params.skipped
    write_text(snakemake.output[0], manifest_text([ScanRow(*row) for row in rows]))
    print("\n".join([f"{len(rows)} scans taken", *(f"{count} skipped: {kind}" for kind, count in skipped.items())]))

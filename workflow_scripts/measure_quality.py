"""List how every scan of a dataset came through the stages, the worst first."""

from ffnet.workflow.job_log import job_log

with job_log(snakemake.log[0]):
    import pathlib

    from ffnet.quarantine import read_quarantine
    from ffnet.results.quality import measured, quality_text, rank
    from ffnet.scans.index import read_manifest
    from ffnet.storage import write_text

    paths = snakemake.input
    manifest = read_manifest(pathlib.Path(paths.manifest).read_text("utf-8"))
    rows = rank(manifest, measured(paths.scans, paths.maps, paths.masks), read_quarantine(paths.quarantine))
    write_text(snakemake.output[0], quality_text(rows))

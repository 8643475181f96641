"""List how every scan of a dataset came through the stages, the worst first."""

from ffnet.workflow.job_log import job_log

with job_log(snakemake.log[0]):
    import pathlib

    from ffnet.quarantine import read_quarantine
    from ffnet.results.quality import quality_frame, write_quality
    from ffnet.scans.index import read_manifest

    paths = snakemake.input
    manifest = read_manifest(pathlib.Path(paths.manifest).read_text("utf-8"))
    rejected = read_quarantine(paths.quarantine)
    write_quality(snakemake.output[0], quality_frame(manifest, paths.scans, paths.maps, paths.masks, rejected))

"""Draw the worst scans of a dataset: texture with landmarks, depth, normals and masks."""

from ffnet.workflow.job_log import job_log

with job_log(snakemake.log[0]):
    from ffnet.figures.contact_sheet import DPI, contact_sheet, read_entries, sheet_title
    from ffnet.figures.saving import save_figure
    from ffnet.origin import SYNTHETIC, read_kind
    from ffnet.quarantine import read_quarantine
    from ffnet.results.quality import read_quality
    from ffnet.results.tables.table import rows_of

    paths, params = snakemake.input, snakemake.params
    synthetic = read_kind(paths.kind) == SYNTHETIC
    rows, rejected = read_quality(paths.quality), read_quarantine(paths.quarantine)
    reasons = {row.scan: row.reason for row in rejected}
    entries = read_entries(rows_of(rows[: params.scans]), reasons, paths.maps, paths.normals, paths.masks, params.size)
    title = sheet_title(snakemake.wildcards.dataset, synthetic, len(entries), len(rows), len(rejected))
    save_figure(contact_sheet(entries, title), snakemake.output, DPI)

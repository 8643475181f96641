"""Draw what the network sees of a few scans: texture, depth, normals and the two masks."""

from ffnet.workflow.job_log import job_log

with job_log(snakemake.log[0]):
    from ffnet.figures.maps_figure import choose_scans, maps_figure, maps_title, plain_columns
    from ffnet.figures.saving import save_figure
    from ffnet.origin import SYNTHETIC, read_kind
    from ffnet.storage import read_stage

    params, synthetic = snakemake.params, read_kind(snakemake.input.kind) == SYNTHETIC
    columns = plain_columns(read_stage(snakemake.input.shard))
    rows = choose_scans(columns, params.subject, params.expressions, params.classes)
    title = maps_title(snakemake.wildcards.dataset, columns["subject"][rows[0]], synthetic)
    names = [params.classes[columns["label"][row]] for row in rows]
    save_figure(maps_figure(columns, rows, title, names), snakemake.output, params.dpi)

"""Make the table and the figure of a robustness test."""

from ffnet.workflow.job_log import job_log

with job_log(snakemake.log[0]):
    from ffnet.figures.robustness_figure import robustness_figure
    from ffnet.figures.saving import save_figure
    from ffnet.origin import read_kind
    from ffnet.results.tables.formatters import table_files
    from ffnet.robustness.outcomes import read_outcomes
    from ffnet.robustness.separation import check_separate
    from ffnet.robustness.settings import Condition
    from ffnet.robustness.severity_table import lost_table, severity_table, title_of
    from ffnet.storage import write_text

    params, files = snakemake.params, snakemake.input
    check_separate(files.train_hashes, files.test_hashes, params.train, params.test)
    read = [read_outcomes(path, params.classes) for path in files.outcomes]
    outcomes = dict(zip((Condition(*condition) for condition in params.conditions), read, strict=True))
    title = title_of(params.train, params.test, read_kind(files.kind))
    table = severity_table(outcomes, title, params.confidence, params.studio)
    texts = table_files(table) | table_files(lost_table(outcomes))
    for path in (snakemake.output.table, snakemake.output.text, snakemake.output.lost):
        write_text(path, texts[path.rpartition("/")[2]])
    figure = robustness_figure(table.frame, title, params.confidence, len(params.classes))
    save_figure(figure, snakemake.output.figure, params.dpi)

"""Make the report: everything that was found, on one page."""

from ffnet.workflow.job_log import job_log

with job_log(snakemake.log[0]):
    from ffnet.origin import read_kind
    from ffnet.results.report.page import write_report
    from ffnet.results.report.sources import read_sources
    from ffnet.results.run_records import read_gathered_records
    from ffnet.results.tables.all_tables import read_frames
    from ffnet.results.tested_experiments import by_dataset, read_datasets

    params, paths = snakemake.params, snakemake.input
    datasets = read_datasets(params.datasets, list(map(read_kind, paths.kinds)), paths.subjects)
    records = read_gathered_records(by_dataset(datasets, paths.records), params.experiments)
    sources = read_sources(read_frames(paths.tables), records, datasets, params.files)
    write_report(snakemake.output[0], sources, params.experiments, params.config, params.robustness)

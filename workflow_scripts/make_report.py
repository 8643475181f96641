"""Make the report: everything that was found, on one page."""

from ffnet.workflow.job_log import job_log

with job_log(snakemake.log[0]):
    from ffnet.results.report.page import write_report
    from ffnet.results.report.sources import gathered_records, read_sources
    from ffnet.results.tested_experiments import DatasetInfo

    params = snakemake.params
    collections = {name: DatasetInfo(**collection) for name, collection in params.collections.items()}
    records = gathered_records("results", collections, params.experiments)
    sources = read_sources("results", "logs", collections, records)
    write_report(snakemake.output[0], sources, collections, params.experiments, params.config)

"""Make tables and report from the runs that exist."""

from ffnet.workflow.job_log import job_log

with job_log(snakemake.log[0]):
    from ffnet.results.report.page import write_report
    from ffnet.results.report.sources import read_sources
    from ffnet.results.so_far import Plan, experiments_so_far, missing_table, missing_warning
    from ffnet.results.tables.all_tables import all_tables, write_tables
    from ffnet.results.tables.paper import Network
    from ffnet.results.tested_experiments import DatasetInfo

    params = snakemake.params
    collections = {name: DatasetInfo(**collection) for name, collection in params.collections.items()}
    networks = {name: Network(*network) for name, network in params.networks.items()}
    plans = [Plan(*plan) for plan in params.plans]
    experiments, records, found = experiments_so_far("results", plans, collections, networks, params.confidence)
    tables = [missing_table(plans, found), *all_tables(experiments, collections, params.confidence)]
    write_tables("results/tables_so_far", tables, missing_warning(plans, found))
    sources = read_sources("results", "logs", collections, records, so_far=True)
    write_report("results/tables_so_far/report.html", sources, collections, list(networks), params.config)

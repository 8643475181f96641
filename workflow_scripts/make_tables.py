"""Make all tables over all datasets and experiments, and the audit of leakage."""

from ffnet.workflow.job_log import job_log

with job_log(snakemake.log[0]):
    from ffnet.results.audit.leakage import audit_experiments, leak_warnings, leakage_table
    from ffnet.results.tables.all_tables import all_tables, write_tables
    from ffnet.results.tables.paper import Network
    from ffnet.results.tested_experiments import DatasetInfo, read_experiments

    params = snakemake.params
    collections = {name: DatasetInfo(**collection) for name, collection in params.collections.items()}
    networks = {name: Network(*network) for name, network in params.networks.items()}
    experiments = read_experiments(snakemake.input.predictions, collections, networks, params.confidence)
    audits = audit_experiments(experiments, "results")
    tables = [*all_tables(experiments, collections, params.confidence), leakage_table(experiments, audits)]
    write_tables("results/tables", tables, leak_warnings(experiments, audits))

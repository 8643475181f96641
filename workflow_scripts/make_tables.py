"""Make all tables over all datasets and experiments, and the audit of leakage."""

from ffnet.jobs import job_log

with job_log(snakemake.log[0]):
    from ffnet.results.experiments import Collection, read_experiments
    from ffnet.results.leakage import audit_experiments, leak_warnings, leakage_table
    from ffnet.results.paper import Network
    from ffnet.results.tables import all_tables, write_tables

    params = snakemake.params
    collections = {name: Collection(**collection) for name, collection in params.collections.items()}
    networks = {name: Network(*network) for name, network in params.networks.items()}
    experiments = read_experiments(snakemake.input.predictions, collections, networks, params.confidence)
    audits = audit_experiments(experiments, "results")
    tables = [*all_tables(experiments, collections, params.confidence), leakage_table(experiments, audits)]
    write_tables("results/tables", tables, leak_warnings(experiments, audits))

"""Make all tables over all datasets and experiments, and the audit of leakage."""

from ffnet.workflow.job_log import job_log

with job_log(snakemake.log[0]):
    import os

    from ffnet.origin import read_kind
    from ffnet.results.audit.leakage import leak_warnings, leakage_frame, read_evidence
    from ffnet.results.cross_runs import CrossRuns, read_crosses
    from ffnet.results.run_records import read_gathered_records
    from ffnet.results.tables.all_tables import all_frames, write_tables
    from ffnet.results.tables.paper import Architecture
    from ffnet.results.tested_experiments import by_dataset, read_datasets, read_experiments
    from ffnet.results.transported import MovedRuns, read_transports, ridges

    params, paths = snakemake.params, snakemake.input
    datasets = read_datasets(params.datasets, list(map(read_kind, paths.kinds)), paths.subjects)
    architectures = {name: Architecture(*row) for name, row in params.architectures.items()}
    predictions, splits = by_dataset(datasets, paths.predictions), by_dataset(datasets, paths.splits)
    experiments = read_experiments(predictions, datasets, architectures, params.confidence)
    crosses = read_crosses([CrossRuns(*one) for one in params.crosses], datasets, params.confidence)
    transports = read_transports([MovedRuns(*one) for one in params.transports], experiments, params.confidence)
    lists = zip(datasets, paths.hashes, paths.quarantine, strict=True)
    evidence = {name: read_evidence(splits[name], hashes, quarantine) for name, hashes, quarantine in lists}
    records = read_gathered_records(by_dataset(datasets, paths.records), list(architectures))
    leakage = leakage_frame([*experiments, *ridges(transports)], evidence, records, crosses)
    frames = all_frames(experiments, datasets, params.confidence, crosses, records, transports)
    tables = os.path.dirname(snakemake.output[0])
    write_tables(tables, frames | {"leakage": leakage}, leak_warnings(leakage))

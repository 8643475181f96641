"""Make tables and report from the runs that exist."""

from ffnet.workflow.job_log import job_log

with job_log(snakemake.log[0]):
    from ffnet.origin import find_kind, read_marks
    from ffnet.results.partial_runs import ExpectedRuns, read_partial
    from ffnet.results.report.page import write_report
    from ffnet.results.report.sources import read_sources
    from ffnet.results.tables.all_tables import all_frames, write_tables
    from ffnet.results.tables.missing_table import missing_warnings
    from ffnet.results.tables.paper import Architecture
    from ffnet.results.tested_experiments import read_datasets
    from ffnet.workflow.files import PARTIAL

    params = snakemake.params
    files = [params.files[name] for name in params.datasets]
    marks = [read_marks(of["scans"]) for of in files]
    kinds = [find_kind(of, info["paper"]) for of, info in zip(marks, params.datasets.values(), strict=True)]
    datasets = read_datasets(params.datasets, kinds, [of["subjects"] for of in files])
    architectures = {name: Architecture(*row) for name, row in params.architectures.items()}
    expected = [ExpectedRuns(*runs) for runs in params.expected]
    found = read_partial(expected, datasets, architectures, params.confidence)
    frames = all_frames(found.experiments, datasets, params.confidence, (), found.records) | {"runs": found.runs}
    write_tables(PARTIAL, frames, missing_warnings(found.runs))
    sources = read_sources(frames, found.records, datasets, params.files, partial=True)
    write_report(f"{PARTIAL}/report.html", sources, list(architectures), params.config)

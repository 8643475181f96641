"""Draw the subjects that take part and divide them into folds, for one repeat."""

import pathlib

from ffnet.workflow.job_log import job_log

with job_log(snakemake.log[0]):
    from ffnet.scans.index import read_manifest
    from ffnet.settings import read_settings
    from ffnet.storage import write_text
    from ffnet.training.settings import ProtocolSettings
    from ffnet.training.splits import split_subjects, split_table

    params, wildcards = snakemake.params, snakemake.wildcards
    protocol = read_settings(ProtocolSettings, params.protocol, "config.yaml: protocol")
    rows = read_manifest(pathlib.Path(snakemake.input[0]).read_text("utf-8"))
    wanted = params.intensities, params.classes
    folds = split_subjects(rows, wildcards.dataset, *wanted, protocol, int(wildcards.repeat))
    write_text(snakemake.output[0], split_table(folds))

"""Choose the subjects that take part, now that it is known which scans can be used."""

import pathlib

from ffnet.workflow.job_log import job_log

with job_log(snakemake.log[0]):
    from ffnet.quarantine import read_quarantine
    from ffnet.scans.index import read_manifest
    from ffnet.scans.settings import DatasetSettings
    from ffnet.settings import read_settings
    from ffnet.storage import write_text
    from ffnet.training.participants import choose_participants, list_participants, participants_text
    from ffnet.training.settings import ProtocolSettings

    params, name = snakemake.params, snakemake.wildcards.dataset
    dataset = read_settings(DatasetSettings, params.dataset, f"config.yaml: datasets.{name}")
    protocol = read_settings(ProtocolSettings, params.protocol, "config.yaml: protocol")
    rows = read_manifest(pathlib.Path(snakemake.input.manifest).read_text("utf-8"))
    left_out = {row.scan for row in read_quarantine(snakemake.input.quarantine)}
    participants = choose_participants(list_participants(rows, left_out, dataset), name, protocol)
    write_text(snakemake.output[0], participants_text(participants))

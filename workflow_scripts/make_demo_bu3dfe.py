"""Make all demo scans of one subject in the layout of BU-3DFE."""

from ffnet.workflow.job_log import job_log

with job_log(snakemake.log[0]):
    from ffnet.demo.model import load_model
    from ffnet.demo.settings import DemoSettings
    from ffnet.demo.write_subject import make_bu3dfe_subject
    from ffnet.settings import read_settings

    settings = read_settings(DemoSettings, snakemake.params.demo, "config.yaml: demo")
    make_bu3dfe_subject(load_model(snakemake.input[0]), settings, snakemake.wildcards.subject)

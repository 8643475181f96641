"""Let the generator take scans again, with the head turned or the light changed."""

from ffnet.workflow.job_log import job_log

with job_log(snakemake.log[0]):
    from ffnet.demo.model import load_model
    from ffnet.demo.retake import CHANGES, retake_scans
    from ffnet.demo.settings import DemoSettings
    from ffnet.settings import read_settings

    names, params = snakemake.wildcards, snakemake.params
    settings, change = read_settings(DemoSettings, params.demo, "config.yaml: demo"), CHANGES[names.axis]
    model = load_model(snakemake.input.model)
    retake_scans(model, settings, params.layout, params.scans, change(float(names.severity)), snakemake.output[0])

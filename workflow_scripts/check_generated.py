"""Check that the generator would write scans as they are."""

from ffnet.workflow.job_log import job_log

with job_log(snakemake.log[0]):
    from ffnet.demo.model import load_model
    from ffnet.demo.retake import check_generated
    from ffnet.demo.settings import DemoSettings
    from ffnet.settings import read_settings
    from ffnet.storage import write_text

    params = snakemake.params
    settings = read_settings(DemoSettings, params.demo, "config.yaml: demo")
    check_generated(load_model(snakemake.input.model), settings, params.layout, params.files)
    write_text(snakemake.output[0], f"{len(params.files)} scans are as the generator writes them.\n")

"""Unpack the MakeHuman head that the demo faces are made of."""

from ffnet.workflow.job_log import job_log

with job_log(snakemake.log[0]):
    from ffnet.demo.makehuman import read_head
    from ffnet.demo.model import build_model, save_model

    save_model(snakemake.output[0], build_model(read_head()))

"""Stop if anything that was tested was also in the training half."""

from ffnet.workflow.job_log import job_log

with job_log(snakemake.log[0]):
    from ffnet.results.audit.leakage import check_leakage
    from ffnet.storage import write_text

    line = check_leakage(snakemake.input[0])
    write_text(snakemake.output[0], line + "\n")
    print(line)

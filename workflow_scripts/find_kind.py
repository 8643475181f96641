"""Find out which kind of data a dataset is: generated, one of the paper's collections, or other scans."""

from ffnet.workflow.job_log import job_log

with job_log(snakemake.log[0]):
    from ffnet.origin import find_kind, read_marks
    from ffnet.storage import write_text

    marks = read_marks(snakemake.input)
    kind = find_kind(marks, snakemake.params.paper)
    print(f"{sum(marks)} of {len(marks)} scans are generated: {kind}")
    write_text(snakemake.output[0], f"{kind}\n")

"""Hash what the networks see of each scan, so that identical scans can be found."""

from ffnet.workflow.job_log import job_log

with job_log(snakemake.log[0]):
    from ffnet.results.audit.leakage import SEEN, hash_scans, hash_text
    from ffnet.storage import read_stage, write_text

    hashes = [
        row for path in snakemake.input for row in hash_scans(read_stage(path, ["scan", "subject", *SEEN]).columns)
    ]
    write_text(snakemake.output[0], hash_text(hashes))

"""Divide the subjects that take part into folds, for one repeat."""

from ffnet.workflow.job_log import job_log

with job_log(snakemake.log[0]):
    from ffnet.storage import write_text
    from ffnet.training.participants import chosen_subjects, read_participants
    from ffnet.training.splits import split_table, subject_folds

    params, repeat = snakemake.params, int(snakemake.wildcards.repeat)
    subjects = chosen_subjects(read_participants(snakemake.input[0]))
    write_text(snakemake.output[0], split_table(subject_folds(subjects, params.folds, params.seed, repeat)))

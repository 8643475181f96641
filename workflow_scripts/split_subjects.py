"""Divide the subjects that take part into folds, for one repeat."""

from ffnet.workflow.job_log import job_log

with job_log(snakemake.log[0]):
    from ffnet.storage import write_text
    from ffnet.training.participants import read_participants, repeat_subjects
    from ffnet.training.splits import split_table, subject_folds

    params, dataset, repeat = snakemake.params, snakemake.wildcards.dataset, int(snakemake.wildcards.repeat)
    everyone = read_participants(snakemake.input[0])
    subjects = repeat_subjects(everyone, params.redrawn, dataset, params.seed, repeat)
    write_text(snakemake.output[0], split_table(subject_folds(subjects, params.folds, params.seed, repeat)))

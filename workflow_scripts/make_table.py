"""Make the accuracy table over all datasets and experiments."""

from ffnet.jobs import job_log

with job_log(snakemake.log[0]):
    from ffnet.results.tables import Collection, accuracy_csv, accuracy_markdown, table_rows
    from ffnet.storage import write_text

    confidence = snakemake.params.confidence
    collections = {name: Collection(**collection) for name, collection in snakemake.params.collections.items()}
    rows = table_rows(snakemake.input.predictions, collections, confidence)
    write_text(snakemake.output.csv, accuracy_csv(rows, confidence))
    write_text(snakemake.output.markdown, accuracy_markdown(rows, confidence))

"""Draw the confusion matrix of one experiment on one dataset."""

from ffnet.workflow.job_log import job_log

with job_log(snakemake.log[0]):
    from ffnet.figures.confusion_figure import confusion_figure, confusion_title
    from ffnet.figures.saving import save_figure
    from ffnet.origin import SYNTHETIC, read_kind
    from ffnet.results.predictions import read_predictions
    from ffnet.results.statistics.accuracy import summarise
    from ffnet.results.statistics.classes import confusion_percent

    names, params = snakemake.wildcards, snakemake.params
    predictions = read_predictions(snakemake.input.predictions, params.classes)
    synthetic = read_kind(snakemake.input.kind) == SYNTHETIC
    accuracy = summarise(predictions, params.confidence)
    title = confusion_title(names.dataset, names.experiment, synthetic, accuracy)
    figure = confusion_figure(confusion_percent(predictions), title, params.classes)
    save_figure(figure, snakemake.output, params.dpi)

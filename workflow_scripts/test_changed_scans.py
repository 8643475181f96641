"""Change scans before preprocessing and let trained networks classify them."""

from ffnet.workflow.job_log import job_log

with job_log(snakemake.log[0]):
    from ffnet.predict.predictor import load
    from ffnet.robustness.condition import run_condition
    from ffnet.robustness.outcomes import outcomes_text
    from ffnet.robustness.separation import check_strangers
    from ffnet.robustness.settings import ChangeSettings, Condition
    from ffnet.scans.index import ScanRow
    from ffnet.settings import read_settings
    from ffnet.shards.preprocessing import Preprocessing
    from ffnet.storage import write_text

    params = snakemake.params
    settings = read_settings(ChangeSettings, params.settings, "config.yaml: robustness")
    preprocessing = read_settings(Preprocessing, params.preprocessing, "config.yaml")
    rows, condition = [ScanRow(*row) for row in params.scans], Condition(*params.change)
    predictors = dict(zip(params.experiments, map(load, snakemake.input.models), strict=True))
    check_strangers([one.header for one in predictors.values()], params.layout, [row.subject for row in rows])
    outcomes = run_condition(rows, condition, predictors, preprocessing, settings)
    write_text(snakemake.output[0], outcomes_text(outcomes, next(iter(predictors.values())).classes))

# FFNet-M: raw 3D face scans in, accuracy tables out. Each stage has its rules in a file of rules/.
import functools
import re
from dataclasses import asdict, replace

from ffnet.config import read_config
from ffnet.demo.roster import makehuman_path
from ffnet.errors import InputError
from ffnet.networks.settings import IMAGENET_FILE
from ffnet.training.recipe import recipe_values
from ffnet.workflow.cross_plan import check_people_apart, cross_params, planned_crosses, trained_files
from ffnet.workflow.files import CROSS_TABLES, TABLES, TRANSPORT_TABLES
from ffnet.workflow.gpus import gpu_places
from ffnet.workflow.memory import evaluation_memory, training_memory
from ffnet.workflow.planning import (
    count_draws,
    count_splits,
    demo_patterns,
    demo_settings,
    experiment_recipe,
    is_redrawn,
    model_source,
    paper_name,
    plan_dataset,
    pretrained_files,
    run_files,
    split_files,
)
from ffnet.workflow.provenance import code_hash
from ffnet.workflow.result_files import expected_runs, planned_datasets, report_files, robustness_files
from ffnet.workflow.robustness_plan import plan_or_exit, robustness_preprocessing
from ffnet.workflow.scheduling import hold_one_timer
from ffnet.workflow.transport_plan import planned_transports


configfile: "config.yaml"


hold_one_timer()

try:
    settings = read_config(config)
    collections = {name: plan_dataset(name, settings) for name in settings.datasets}
    check_people_apart(settings, {name: planned.rows for name, planned in collections.items()})
except InputError as error:
    raise WorkflowError(str(error)) from None


wildcard_constraints:
    dataset="|".join(map(re.escape, collections)),
    train="|".join(map(re.escape, collections)),
    experiment="|".join(map(re.escape, settings.experiments)),
    subject=r"[A-Za-z0-9]+",
    ethnicity="[A-Z]{2}",
    shard=r"shard-\d+",
    repeat=r"\d+",
    fold=r"\d+",
    axis="[a-z]+",
    severity=r"-?[0-9][0-9.e-]*",


chosen = [name for name, experiment in settings.experiments.items() if experiment.repeats > 0]


# on a cluster, jobs that take seconds run where snakemake runs
localrules:
    all,
    models,
    shards,
    fetch_imagenet,
    index_scans,
    hash_shards,
    hash_scans,
    find_kind,
    list_quarantine,
    check_quarantine,
    choose_subjects,
    split_subjects,
    gather_runs,
    check_leakage,
    measure_quality,
    draw_contact_sheet,
    draw_confusion,
    draw_maps,
    make_report,
    robustness,
    tabulate_robustness,


include: "rules/demo.smk"
include: "rules/scans.smk"
include: "rules/maps.smk"
include: "rules/normals.smk"
include: "rules/masks.smk"
include: "rules/shards.smk"
include: "rules/quality.smk"
include: "rules/training.smk"
include: "rules/cross.smk"
include: "rules/transport.smk"
include: "rules/results.smk"
include: "rules/report.smk"
include: "rules/robustness.smk"


rule all:
    """The default target: all tables and figures, the report, and the lists of scans that were left out."""
    default_target: True
    input:
        "results/report.html",
        "results/tables/accuracy.md",
        "results/tables/leakage.txt",
        CROSS_TABLES if CROSSES else [],
        TRANSPORT_TABLES if TRANSPORTS else [],
        expand("results/{dataset}/quarantine.csv", dataset=collections),
        expand("results/{dataset}/quarantine.txt", dataset=collections),
        expand("results/{dataset}/quality.csv", dataset=collections),
        expand("results/figures/{dataset}_maps.png", dataset=collections),
        expand("results/figures/{dataset}_contact_sheet.png", dataset=collections),
        expand("results/figures/{dataset}_{experiment}_confusion.png", dataset=collections, experiment=chosen),

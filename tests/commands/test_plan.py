import json

import pytest
import yaml

from ffnet.__main__ import main
from ffnet.commands.plan import parse_seconds
from ffnet.config import read_config
from ffnet.errors import InputError
from ffnet.training.recipe import recipe_values
from ffnet.workflow.job_list import list_jobs, training_scans
from ffnet.workflow.planning import experiment_recipe, plan_dataset
from ffnet.workflow.provenance import ROOT
from ffnet.workflow.target_jobs import target_jobs
from ffnet.workflow.workload import extrapolate, list_works
from tests.commands.conftest import write
from tests.training.conftest import record_values


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """The working directory: a project in which nothing was made."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def tiny(settings_mapping):
    """Four people and two folds: 24 scans at one level, 12 of them train."""
    mapping = settings_mapping()
    mapping["demo"] |= {"subjects": 4, "intensities": [4], "takes": 1}
    mapping["datasets"] = {"demo-bosphorus": mapping["datasets"]["demo-bosphorus"]}
    mapping["protocol"] |= {"subjects": 4, "folds": 2}
    mapping["execution"]["job"] = "fold"
    return mapping


def record(config, job, seconds, scans=12, device="cpu", **other):
    """Writes the files of a finished run."""
    settings = recipe_values(experiment_recipe(config, job.dataset, job.experiment)) | other
    scans, seconds = {"training": scans, "test": 12}, {"reading": 0.5, "all": seconds}
    content = record_values(seconds=seconds, settings=settings, scans=scans, device=device)
    for predictions, record in zip(job.outputs[: job.runs], job.timings, strict=True):
        write(predictions, "x" * 100)
        write(record, json.dumps(content))


def works(config, given=None, gpu=False):
    return {(work.rule, work.experiment): work for work in list_works(config, given or {}, gpu)}


def runs_of(config, experiment):
    return [job for job in list_jobs(config) if job.runs and job.experiment == experiment]


def test_a_run_trains_on_all_scans_of_the_subjects_of_the_other_folds(tiny):
    config = read_config(tiny)
    rows = plan_dataset("demo-bosphorus", config).rows
    assert training_scans(config, "demo-bosphorus", rows) == (12, 12)
    tiny["protocol"]["validation"] = 1
    assert training_scans(read_config(tiny), "demo-bosphorus", rows) == pytest.approx((12, 6))
    scans = {name: [job.scans for job in runs_of(read_config(tiny), name)] for name in ("ridge", "FFNet-M")}
    assert scans == {"ridge": [12, 12], "FFNet-M": [6, 6]}
    tiny["protocol"] |= {"subjects": 3, "folds": 3, "validation": 0}
    assert training_scans(read_config(tiny), "demo-bosphorus", rows) == pytest.approx((12, 12))


def test_without_a_finished_run_its_time_is_unknown(tiny):
    work = works(read_config(tiny))["train_fold", "FFNet-M"]
    assert (work.jobs, work.seconds, work.source, work.size) == (2, None, "", None)


def test_measured_seconds_grow_with_the_scans_that_a_run_trains_on(tiny):
    config = read_config(tiny)
    record(config, runs_of(config, "FFNet-M")[0], 30.0, scans=6)
    work = works(config)["train_fold", "FFNet-M"]
    assert (work.seconds, work.source) == (pytest.approx(2 * 60.0), "measured")
    tiny["experiments"]["FFNet-M"]["repeats"] = 5
    assert works(read_config(tiny))["train_fold", "FFNet-M"].seconds == pytest.approx(10 * 60.0)


def test_runs_with_other_settings_or_devices_do_not_count(tiny):
    config = read_config(tiny)
    runs = runs_of(config, "FFNet-M")
    record(config, runs[0], 30.0)
    assert works(config, gpu=True)["train_fold", "FFNet-M"].seconds is None
    record(config, runs[1], 50.0, device="A100")
    assert works(config, gpu=True)["train_fold", "FFNet-M"].seconds == 100.0
    assert works(config)["train_fold", "FFNet-M"].seconds == 60.0
    tiny["training"]["epochs"] += 1
    assert works(read_config(tiny))["train_fold", "FFNet-M"].seconds is None


def test_ridge_takes_no_gpu(tiny):
    every = works(read_config(tiny), {"ridge": 2.0, "FFNet-M": 100.0}, gpu=True)
    assert not every["train_fold", "ridge"].gpu and every["train_fold", "FFNet-M"].gpu
    assert every["train_fold", "FFNet-M"].seconds == 200.0 and every["train_fold", "FFNet-M"].source == "given"


def test_shards_are_measured_by_the_scans_they_had_when_they_were_made(tiny):
    config = read_config(tiny)
    (job,) = [job for job in list_jobs(config) if job.rule == "make_masks"]
    write(job.outputs[0], "x" * 600)
    write(job.timings[0], "s\th:m:s\n3.0\t0:00:03\n")
    assert works(config)["make_masks", ""].seconds is None
    write("results/demo-bosphorus/manifest.csv", "scan,shard\n" + f"a,{job.shard}\n" * 6)
    work = works(config)["make_masks", ""]
    assert (work.seconds, work.size) == (pytest.approx(3.0 / 6 * 24), pytest.approx(600 / 6 * 24))


def test_a_job_of_a_repeat_takes_the_time_of_its_runs_together(tiny):
    tiny["execution"]["job"] = "repeat"
    config = read_config(tiny)
    (job,) = runs_of(config, "FFNet-M")
    assert (job.runs, job.scans) == (2, 24)
    record(config, job, 30.0)
    tiny["experiments"]["FFNet-M"]["repeats"] = 5
    work = works(read_config(tiny))["train_repeat", "FFNet-M"]
    assert (work.jobs, work.runs, work.seconds) == (5, 10, pytest.approx(10 * 30.0))
    assert works(read_config(tiny), {"FFNet-M": 7.0})["train_repeat", "FFNet-M"].seconds == 70.0


def test_samples_are_extrapolated_to_all_jobs():
    class Done:
        scans = 10

    assert extrapolate([Done] * 3, [(4.0, 100, 5), (None, 50, 10)], 0) == 4.0 / 5 * 30
    assert extrapolate([Done] * 3, [(4.0, 100, 5), (None, 50, 10)], 1) == 150 / 15 * 30
    assert extrapolate([Done] * 3, [], 0) is None


def test_given_seconds_may_match_many_experiments_and_a_later_text_overrides_an_earlier_one():
    names = ["ridge", "F3DNet-d", "F3DNet-n"]
    assert parse_seconds(["F3DNet*=300", "F3DNet-n=5.5"], names) == {"F3DNet-d": 300.0, "F3DNet-n": 5.5}


@pytest.mark.parametrize("text", ["ridge", "ridge=", "ridge=fast", "ridge=0", "ridge=-3", "ridge=inf", "ridge=nan"])
def test_given_seconds_must_be_a_number_above_0(text):
    with pytest.raises(InputError, match=f"--seconds {text}: expected EXPERIMENT=SECONDS"):
        parse_seconds([text], ["ridge"])


def test_given_seconds_must_match_an_experiment():
    with pytest.raises(InputError, match="no experiment has this name; they are ridge, FFNet"):
        parse_seconds(["VGG*=3"], ["ridge", "FFNet"])


def run(settings_file, tiny, capsys, *arguments):
    code = main(["plan", "--config", settings_file(lambda mapping: mapping.update(tiny)), *arguments])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def test_unknown_times_are_listed_with_what_to_do(settings_file, tiny, capsys):
    code, text, _ = run(settings_file, tiny, capsys, "--cores", "2")
    assert code == 1 and "Hours: at least 0.0 on cores, 0.0 on GPUs." in text
    assert "compute_normals, load_scans, make_masks, project_maps, write_shards\n  -> make one shard" in text
    assert "runs of FFNet-M, ridge on cores\n  -> make one run on this machine" in text
    code, text, _ = run(settings_file, tiny, capsys, "--gpus", "2")
    assert "-> make one run on a machine with a GPU" in text


def test_hours_and_days_follow_from_seconds_cores_and_gpus(settings_file, tiny, capsys):
    tiny["experiments"]["FFNet-M"]["repeats"] = 1000
    tiny["execution"]["threads"] = 2
    given = ("--seconds", "FFNet-M=3600", "--seconds", "ridge=1")
    _, text, _ = run(settings_file, tiny, capsys, *given, "--cores", "4")
    assert "2002 of them train 2002 runs." in text and "Hours: at least 2000.0 on cores, 0.0 on GPUs" in text
    assert "On one machine with 4 cores: at least 41.7 days." in text  # 2000 runs, two at a time
    _, text, _ = run(settings_file, tiny, capsys, *given, "--cores", "4", "--gpus", "8")
    assert "Hours: at least 0.0 on cores, at least 2000.0 on GPUs" in text
    assert "On one machine with 4 cores and 8 GPUs: at least 10.4 days." in text
    assert "then 201 of 10 runs each, the longest of at least 10.0 h" in text
    assert "with 100 allocations at a time the runs take at least 20.0 h, plus the time in the queue" in text
    tiny["experiments"]["FFNet-M"]["repeats"] = 3
    _, text, _ = run(settings_file, tiny, capsys, *given)
    assert "then 2 of 10 runs each, the longest of at least 6.0 h" in text and "take at least 6.0 h" in text


def test_a_job_of_a_repeat_is_an_allocation_of_its_own(settings_file, tiny, capsys):
    tiny["experiments"]["FFNet-M"]["repeats"] = 1000
    tiny["execution"]["job"] = "repeat"
    _, text, _ = run(settings_file, tiny, capsys, "--seconds", "FFNet-M=3600", "--seconds", "ridge=1", "--gpus", "8")
    assert "1001 of them train 2002 runs." in text
    assert "then 1001 of 2 runs each, the longest of at least 2.0 h" in text


def test_jobs_fewer_than_cores_take_as_long_as_the_longest_of_them(settings_file, tiny, capsys):
    given, tiny["execution"]["job"] = ("--seconds", "FFNet-M=3600", "--seconds", "ridge=1"), "repeat"
    _, text, _ = run(settings_file, tiny, capsys, *given, "--cores", "16")
    assert (
        "On one machine with 16 cores: at least 2.0 h.\nThe longest training job takes 2.0 h; execution.job: fold"
        in text
    )
    _, text, _ = run(settings_file, tiny, capsys, *given, "--cores", "1")
    assert "On one machine with 1 cores: at least 2.0 h." in text and "longest training job" not in text
    tiny["execution"]["job"] = "fold"
    _, text, _ = run(settings_file, tiny, capsys, *given, "--cores", "16")
    assert "On one machine with 16 cores: at least 60 min." in text and "longest training job" not in text


def test_no_cores_or_fewer_gpus_than_none_are_refused(settings_file, tiny, capsys):
    for wrong in (("--cores", "-1"), ("--gpus", "-1")):
        code, _, error = run(settings_file, tiny, capsys, *wrong)
        assert code == 2 and "expected 0 or more GPUs and 1 or more cores" in error


def test_the_targets_beside_the_plain_run_have_a_line_each(settings_file, tiny, capsys):
    def lines(**changes):
        main(["plan", "--config", settings_file(lambda mapping: mapping.update(tiny | changes))])
        return [line for line in capsys.readouterr().out.splitlines() if line.startswith("snakemake ")]

    models, robustness = lines()
    assert models == "snakemake models: 1 more job, unknown: FFNet-M."
    assert robustness == (
        "snakemake robustness would stop: config.yaml: robustness.train: there is no dataset 'demo-bu3dfe'; did you"
        " mean 'demo-bosphorus'?"
    )
    other = yaml.safe_load((ROOT / "config.yaml").read_text())["datasets"]["demo-bu3dfe"]
    both = tiny["datasets"] | {"demo-bu3dfe": other}
    severities = {"yaw": [10], "noise": [2]}
    axes = {axis: severities.get(axis, []) for axis in tiny["robustness"]["axes"]}
    of = {"datasets": both, "robustness": tiny["robustness"] | {"axes": axes, "experiments": ["FFNet-M"]}}
    config = read_config(tiny | of)
    record(config, next(job for job in runs_of(config, "FFNet-M") if job.dataset == "demo-bu3dfe"), 90.0)
    for job in target_jobs(config, "robustness"):
        if job.timings and not job.runs:
            write(job.outputs[0], "x")
            write(job.timings[0], "s\th:m:s\n60.0\t0:01:00\n")
    trained = 90.0 * 24 / 12
    (robustness,) = [line for line in lines(**of) if "robustness" in line]
    total = f"{round((trained + 4 * 60) / 60)} min"
    assert robustness == f"snakemake robustness: 7 more jobs, {total} with one at a time."
    assert len(target_jobs(config, "robustness")) == 7  # a model, a check, a retake, three conditions, the tables


def test_the_papers_matrix_is_38000_runs(capsys):
    paper = ["--config", str(ROOT / "config.yaml"), "--configfile", str(ROOT / "configs" / "paper.yaml")]
    code = main(["plan", *paper, "--gpus", "4", "--seconds", "*=600"])
    text = capsys.readouterr().out
    assert code == 1 and "3800 of them train 38000 runs." in text and "at least 6333.3 on GPUs" in text
    shard = f"snakemake --cores all --configfile {paper[-1]} -- results/DATASET/shards/shard-00.h5"
    assert f"-> make one shard: {shard}" in text
    experiments = yaml.safe_load((ROOT / "configs" / "paper.yaml").read_text(encoding="utf-8"))["experiments"]
    assert sum(one["repeats"] == 100 for one in experiments.values()) == 19


def test_a_training_on_a_whole_collection_takes_what_runs_take_scan_for_scan(settings_mapping):
    mapping = settings_mapping()
    mapping["demo"] |= {"subjects": 4, "intensities": [4], "takes": 1}
    mapping["datasets"]["demo-bu3dfe"]["intensities"] = [4]
    mapping["protocol"] |= {"subjects": 4, "folds": 2}
    mapping["cross"] |= {"pairs": [{"train": "demo-bosphorus", "test": "demo-bu3dfe"}], "repeats": 2}
    config = read_config(mapping)
    (job,) = [job for job in runs_of(config, "FFNet-M") if job.dataset == "demo-bosphorus" and job.has_records]
    record(config, job, 30.0)  # of each of two runs on 12 scans
    every = works(config)
    for rule in ("train_final", "train_final_repeat"):
        work = every[rule, "FFNet-M"]
        assert (work.jobs, work.runs, work.seconds, work.size) == (1, 1, pytest.approx(60.0), None)  # 24 scans
    assert works(config, {"FFNet-M": 7.0})["train_final", "FFNet-M"].seconds == 7.0
    assert works(config, gpu=True)["train_final", "FFNet-M"].seconds is None
    model = next(job for job in list_jobs(config) if job.rule == "train_final")
    write(model.outputs[0], "x" * 500)
    assert works(config)["train_final", "FFNet-M"].size == 500
    test = next(job for job in list_jobs(config) if job.rule == "evaluate_pair")
    for path in test.outputs:
        write(path, "x" * 10)
    write(test.timings[0], "s\th:m:s\n3.0\t0:00:03\n")
    assert works(config)["evaluate_pair", ""].seconds == pytest.approx(3 * 3.0)  # the floor, and two networks

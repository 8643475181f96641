"""The profiles of Snakemake and the environment for conda agree with each other and with the project."""

import hashlib
import re

import yaml

from ffnet.workflow.provenance import LOCK, ROOT


def read(path):
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))


def test_the_cluster_profile_begins_with_the_keys_of_the_default_one_word_for_word():
    default, slurm = read("profiles/default/config.yaml"), read("profiles/slurm/config.yaml")
    assert list(slurm.items())[: len(default)] == list(default.items())


def test_the_cluster_profile_names_rules_that_there_are():
    rules = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "rules").glob("*.smk"))
    names = set(re.findall(r"^(?:use rule \w+ as|rule) (\w+)", rules, re.MULTILINE))
    slurm = read("profiles/slurm/config.yaml")
    assert set(slurm["set-resources"]) | {entry.split("=")[0] for entry in slurm["groups"]} <= names


def test_an_allocation_of_the_cluster_profile_asks_for_at_least_what_the_rules_say_and_for_more_at_each_attempt():
    slurm = read("profiles/slurm/config.yaml")
    asked = {"": slurm["default-resources"], **slurm["set-resources"]}
    for kind in asked.values():
        for name in {"mem_mb", "runtime"} & set(kind):
            assert re.fullmatch(r"\d+ \* attempt", kind[name])
    for path in (ROOT / "rules").glob("*.smk"):
        for rule, most in re.findall(r"^rule (\w+):(?:(?!^rule ).)*?mem_mb=(\d+)", path.read_text(), re.M | re.S):
            assert int(asked[rule]["mem_mb"].split()[0]) >= int(most), rule
    trainings = ("train_fold", "train_repeat", "train_final", "train_final_repeat")
    for rule in (*trainings, "train_fold_features", "train_repeat_features"):
        assert asked[rule]["gpu"] == 1 and asked[rule]["slurm_partition"] == "'gpu'"
        assert "mem_mb" not in asked[rule]  # it follows from the collection, in the rules
    folds = read("config.yaml")["protocol"]["folds"]
    minutes = {rule: int(asked[rule]["runtime"].split()[0]) for rule in ("train_fold", "train_repeat")}
    assert minutes["train_repeat"] == folds * minutes["train_fold"]
    assert asked[""]["slurm_partition"] == "'cpu'"


def test_the_conda_environment_changes_with_the_lock_file():
    """Snakemake makes a conda environment again when its file changes, not when requirements.lock does."""
    digest = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    text = (ROOT / "envs" / "ffnet.yaml").read_text(encoding="utf-8")
    assert f"# requirements.lock: sha256 {digest}" in text.splitlines(), "run: make lock"
    assert "pip install --quiet --no-deps -r requirements.lock" in (ROOT / "envs/ffnet.post-deploy.sh").read_text()

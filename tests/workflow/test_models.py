"""Final models and pretrained weights, through Snakemake."""

import pytest

from ffnet.networks.model_file import read_model

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]
MODELS = [f"results/{dataset}/models/FFNet-M.safetensors" for dataset in ("demo-bu3dfe", "demo-bosphorus")]


def start_from_imagenet(config):
    config["networks"] |= {"pretrained": "imagenet", "width": 1.0}
    config["shards"]["texture"] = "imagenet"


def planned(project, *targets):
    return project.planned(*targets)


def test_models_are_made_when_asked_for_and_again_with_the_same_bytes(project):
    assert project.planned() == {}  # they are no part of everything
    assert planned(project, "models") == {"train_final": 2, "models": 1}
    done = project.run("models")
    assert done.returncode == 0, done.stdout[-3000:]
    first = [(project.folder / path).read_bytes() for path in MODELS]
    for path in MODELS:
        header = read_model(project.folder / path).header
        assert header["trained_on"]["subjects"] == 4 and header["synthetic"]
        (project.folder / path).unlink()
    assert project.run("models").returncode == 0
    assert [(project.folder / path).read_bytes() for path in MODELS] == first
    project.configure(lambda config: config["experiments"]["FFNet-M"].update(repeats=2))
    assert "train_final" not in planned(project, "models")  # how often it is tested changes no final model
    project.configure(lambda config: config["networks"].update(width=0.04))
    assert planned(project, "models")["train_final"] == 2


def test_a_row_of_ones_own_is_one_more_experiment(project):
    own = {"networks": {"width": 0.03, "dropout": 0.2}, "depth": "vgg16_bn", "normals": "none", "texture": "f3dnet"}
    project.configure(lambda config: config["experiments"].update(mine=own | {"masks": "own", "repeats": 1}))
    plan = project.planned()
    assert plan["train_repeat"] == 2 and plan["gather_runs"] == 2 and "write_shards" not in plan
    done = project.run("results/demo-bu3dfe/runs/mine/0/0.csv")
    assert done.returncode == 0, done.stdout[-3000:]


def test_pretrained_weights_are_fetched_once_and_for_vgg_streams_alone(project):
    project.configure(start_from_imagenet)
    run = "results/demo-bu3dfe/runs/{}/0/0.csv"
    assert planned(project, run.format("FFNet-M"), run.format("VGG16-BN-d"))["fetch_imagenet"] == 1
    assert "fetch_imagenet" not in planned(project, run.format("F3DNet-dnt"), run.format("ridge"))


def test_a_machine_without_internet_is_told_which_file_and_where_and_a_wrong_file_is_refused(project, monkeypatch):
    project.configure(start_from_imagenet)
    for scheme in ("http", "https"):
        monkeypatch.setenv(f"{scheme}_proxy", "http://127.0.0.1:9")  # nobody answers there
    target = "results/pretrained/vgg16_bn_imagenet.safetensors"
    done = project.run(target)
    place = "data/pretrained/vgg16_bn-6c64b313.pth"
    assert done.returncode != 0 and f"download it on any machine and put it here as {place}" in done.stdout
    path = project.folder / place
    path.write_bytes(b"not these")
    done = project.run(target)
    assert done.returncode != 0 and "vgg16_bn-6c64b313.pth: its SHA-256 begins with" in done.stdout
    assert path.read_bytes() == b"not these" and not (project.folder / target).exists()


def test_pretrained_weights_at_another_width_stop_before_any_job(project):
    project.configure(lambda config: config["networks"].update(pretrained="imagenet"))
    done = project.run()
    assert done.returncode != 0 and "Traceback" not in done.stdout
    assert "set networks.width: 1.0 or networks.pretrained: none" in done.stdout

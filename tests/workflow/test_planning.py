import os
import pathlib
from dataclasses import asdict, replace

import pytest
import yaml

from ffnet.config import read_config
from ffnet.demo.roster import list_subjects, subject_files_of
from ffnet.errors import InputError
from ffnet.networks.settings import IMAGENET_FILE
from ffnet.results.tables.paper import read_paper
from ffnet.training.recipe import recipe_values
from ffnet.workflow.planning import (
    demo_patterns,
    demo_settings,
    experiment_recipe,
    is_demo,
    model_source,
    paper_name,
    plan_dataset,
    pretrained_files,
)
from ffnet.workflow.provenance import ROOT

MAPPING = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))


def config_with(folder, layout="bosphorus"):
    config = read_config(MAPPING)
    dataset = next(one for one in config.datasets.values() if one.layout == layout)
    return replace(config, datasets={"mine": replace(dataset, folder=str(folder))})


def test_the_projects_own_config_holds_together():
    config = read_config(MAPPING)
    for name in config.datasets:
        planned = plan_dataset(name, config)
        assert len({row.subject for row in planned.rows}) == config.demo.subjects
        assert sum(len(rows) for rows in planned.shards.values()) == len(planned.rows)


def test_files_on_disk_are_planned_with_a_missing_texture_left_out(tmp_path):
    folder = tmp_path / "bs000"
    folder.mkdir()
    for name in ("bs000_E_FEAR_0.bnt", "bs000_E_FEAR_0.png", "bs000_E_ANGER_0.bnt"):
        (folder / name).touch()
    planned = plan_dataset("mine", config_with(tmp_path))
    (shard,) = planned.shards
    assert planned.shard_files() == [f"results/mine/shards/{shard}.h5"]
    assert planned.shard_files("maps") == [f"results/mine/maps/{shard}.h5"]
    assert [pathlib.Path(path).name for path in planned.raw_files(shard)] == [
        "bs000_E_ANGER_0.bnt",
        "bs000_E_FEAR_0.bnt",
        "bs000_E_FEAR_0.png",
    ]


def test_landmark_files_are_asked_for_only_where_the_pose_comes_from_them(tmp_path):
    for suffix in ("bnt", "png", "lm2", "lm3"):
        (tmp_path / f"bs000_E_FEAR_0.{suffix}").touch()
    config = config_with(tmp_path)
    files = replace(config, scans=replace(config.scans, pose=replace(config.scans.pose, landmarks="files")))
    for change, suffixes in ((config, [".bnt", ".png"]), (files, [".bnt", ".png", ".lm3"])):
        planned = plan_dataset("mine", change)
        (shard,) = planned.shards
        assert [pathlib.Path(path).suffix for path in planned.raw_files(shard)] == suffixes


def test_a_folder_that_is_missing_or_empty_says_what_to_change(tmp_path):
    with pytest.raises(InputError, match="config.yaml: datasets.mine.folder: there is no folder '.*nowhere'"):
        plan_dataset("mine", config_with(tmp_path / "nowhere"))
    (tmp_path / "x.txt").touch()
    with pytest.raises(
        InputError, match="datasets.mine: found no expression scan of the layout 'bosphorus'.*; other scans there: none"
    ):
        plan_dataset("mine", config_with(tmp_path))


def test_a_listed_mesh_that_is_not_there_is_planned_but_asked_of_nobody(tmp_path):
    lines = ["scan,subject,expression,intensity,mesh,texture", "a,p1,fear,1,a.ply,", "b,p1,anger,1,b.obj,b.png"]
    (tmp_path / "manifest.csv").write_text("\n".join(lines))
    (tmp_path / "a.ply").touch()
    planned = plan_dataset("mine", with_layout(config_with(tmp_path), "manifest"))
    (shard,) = planned.shards
    assert [row.scan for row in planned.rows] == ["a", "b"]
    assert planned.raw_files(shard) == [str(tmp_path / "a.ply")]
    (tmp_path / "b.obj").touch()
    planned = plan_dataset("mine", with_layout(config_with(tmp_path), "manifest"))
    assert planned.raw_files(shard) == [str(tmp_path / "a.ply"), str(tmp_path / "b.obj")]


def test_what_was_skipped_is_planned_and_named_where_nothing_else_is_there(tmp_path):
    (tmp_path / "bs000_N_N_0.bnt").touch()
    with pytest.raises(InputError, match="no expression scan .*; other scans there: 1 neutral"):
        plan_dataset("mine", config_with(tmp_path))
    (tmp_path / "bs000_E_FEAR_0.bnt").touch()
    assert plan_dataset("mine", config_with(tmp_path)).skipped == {"neutral": 1}


@pytest.mark.parametrize(
    ("layout", "classes", "message"),
    [
        ("bosphorus", ("anger", "hapiness"), "has no expression 'hapiness'; did you mean 'happiness'"),
        ("bu4dfe", ("anger", "neutral"), "bu4dfe has no expression 'neutral'"),
        ("manifest", ("anger",), "at least two names"),
        ("manifest", ("anger", "anger"), "none of them twice"),
        ("manifest", ("anger", "a,b"), "'a,b' cannot be the name of a class"),
        ("manifest", ("anger", "scan"), "'scan' cannot be the name of a class"),
    ],
)
def test_classes_that_cannot_be_stop_before_any_job(tmp_path, layout, classes, message):
    with pytest.raises(InputError, match=message):
        plan_dataset("mine", with_layout(config_with(tmp_path), layout, classes))


def with_layout(config, layout, classes=None):
    dataset = config.datasets["mine"]
    return replace(config, datasets={"mine": replace(dataset, layout=layout, classes=classes or dataset.classes)})


def test_every_network_of_the_papers_tables_is_a_row_of_the_config():
    experiments = read_config(MAPPING).experiments
    for name in {row.experiment for row in read_paper() if row.experiment}:
        experiment = experiments[name]
        kind, _, letters = name.replace("-M", "").replace("VGG16-BN", "VGG16").partition("-")
        used = {modality[0] for modality in experiment.streams}
        assert used == set(letters or "dnt") and experiment.masks == ("own" if "-M" in name else "none")
        wanted = {"F3DNet": {"f3dnet"}, "VGG16": {"vgg16_bn"}}.get(kind)
        if wanted:
            assert set(experiment.streams.values()) == wanted
        else:
            assert {(m, b) for m, b in experiment.streams.items()} <= {
                ("depth", "f3dnet"),
                ("normals", "f3dnet"),
                ("texture", "vgg16_bn"),
            }


def test_the_maps_are_drawn_of_the_first_subject_unless_the_config_names_another(tmp_path):
    for subject in ("bs000", "bs001", "bs002"):
        (tmp_path / f"{subject}_E_FEAR_0.bnt").touch()
    config = config_with(tmp_path)
    config = replace(config, scans=replace(config.scans, shards=90))  # so that each subject has one of its own
    for named, drawn in ((None, "bs000"), ("bs002", "bs002")):
        results = replace(config.results, maps_subjects={"mine": named} if named else {})
        planned = plan_dataset("mine", replace(config, results=results))
        (shard,) = {row.shard for row in planned.rows if row.subject == drawn}
        assert planned.shard_to_draw(results) == f"results/mine/shards/{shard}.h5"
    results = replace(config.results, maps_subjects={"mine": "bs777"})
    with pytest.raises(InputError, match="results.maps_subjects.mine: there is no subject 'bs777'"):
        plan_dataset("mine", replace(config, results=results))


def test_a_dataset_stands_for_the_papers_collection_only_with_its_layout_and_classes():
    dataset = config_with("", "bosphorus").datasets["mine"]
    assert paper_name(dataset) == "Bosphorus" and paper_name(replace(dataset, layout="bu3dfe")) == "BU-3DFE"
    assert paper_name(replace(dataset, layout="manifest")) is None
    assert paper_name(replace(dataset, classes=dataset.classes[:5])) is None


@pytest.mark.parametrize("layout", ["bu3dfe", "bosphorus"])
def test_the_pattern_of_a_demo_subject_gives_its_files_and_no_later_subject_changes_them(layout):
    config = read_config(MAPPING)
    subjects = list_subjects(config.demo, layout)
    for subject in (subjects[0], subjects[-1]):
        named = {"subject": subject.name, "ethnicity": subject.ethnicity}
        files = [pattern.format(**named) for pattern in demo_patterns(config, layout)]
        assert files == subject_files_of(config.demo, subject)
        more = replace(config, demo=replace(config.demo, subjects=config.demo.subjects + 5))
        told = demo_settings(config, layout, subject.name)
        assert told == demo_settings(more, layout, subject.name) and told["subjects"] == subject.number + 1


def config_of(**sections):
    """The project's config with some keys of its sections changed."""
    return read_config(MAPPING | {name: MAPPING[name] | change for name, change in sections.items()})


def test_only_experiments_with_a_vgg_stream_ask_for_pretrained_weights():
    plain = config_of()
    config = config_of(networks={"pretrained": "imagenet", "width": 1.0}, shards={"texture": "imagenet"})
    for name, experiment in config.experiments.items():
        wanted = [IMAGENET_FILE] if "vgg16_bn" in experiment.streams.values() else []
        assert pretrained_files(config, name) == wanted and pretrained_files(plain, name) == []


def test_what_a_final_model_says_of_its_dataset_is_what_a_prediction_needs():
    config = config_of()
    source = model_source(config, "demo-bosphorus")
    assert (source.dataset, source.layout) == ("demo-bosphorus", "bosphorus")
    assert asdict(source.preprocessing) == {
        "scans": asdict(config.scans),
        "maps": asdict(config.maps),
        "masks": asdict(config.masks),
        "shards": asdict(config.shards),
        "unit": "mm",
        "projection": "splat",
    }


@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        ("data/demo/bu3dfe", True),
        ("data/demo/bu3dfe/", True),
        ("./data/demo/../demo/bu3dfe", True),
        (os.path.abspath("data/demo/bu3dfe"), True),
        ("data/demo/bosphorus", False),
        ("data/copy/bu3dfe", False),
    ],
)
def test_the_folder_of_the_demo_collection_may_be_written_in_any_way(folder, expected):
    row = MAPPING["datasets"]["demo-bu3dfe"] | {"folder": folder}
    assert is_demo("demo-bu3dfe", config_of(datasets={"demo-bu3dfe": row})) == expected


@pytest.mark.parametrize("experiment", ["ridge", "FFNet-M"])
def test_a_recipe_does_not_depend_on_what_changes_no_number(experiment):
    row = MAPPING["experiments"][experiment]
    others = [
        config_of(),
        config_of(experiments={experiment: row | {"repeats": 7}}),
        config_of(execution={"runs_per_gpu": 3, "save_every": 1.0}),
        read_config(MAPPING | {"models": []}),
    ]
    recipes = [experiment_recipe(config, "demo-bu3dfe", experiment) for config in others]
    assert all(recipe == recipes[0] for recipe in recipes)


def test_device_and_threads_are_part_of_a_networks_recipe_and_of_no_ridges():
    for change in ({"device": "cpu"}, {"threads": 2}):
        one, other = config_of(), config_of(execution=change)
        recipes = [[experiment_recipe(c, "demo-bu3dfe", name) for c in (one, other)] for name in ("FFNet-M", "ridge")]
        assert recipes[0][0] != recipes[0][1] and recipes[1][0] == recipes[1][1]


def test_a_row_of_ones_own_may_change_the_networks():
    row = MAPPING["experiments"]["FFNet-M"] | {"depth": "vgg16_bn", "networks": {"width": 0.5}}
    config = config_of(experiments={"mine": row})
    own = recipe_values(experiment_recipe(config, "demo-bu3dfe", "mine"))
    assert own["networks"] == recipe_values(experiment_recipe(config, "demo-bu3dfe", "FFNet-M"))["networks"] | {
        "width": 0.5
    }
    with pytest.raises(InputError, match="experiments.mine.networks: unknown key 'wdth'; did you mean 'width'"):
        config_of(experiments={"mine": row | {"networks": {"wdth": 0.5}}})
    with pytest.raises(InputError, match="experiments.mine.networks: expected names with values, found 0.5"):
        config_of(experiments={"mine": row | {"networks": 0.5}})

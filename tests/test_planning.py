import pathlib
from dataclasses import replace

import pytest
import yaml

from ffnet.config import read_config
from ffnet.errors import InputError
from ffnet.planning import plan_collection
from ffnet.provenance import ROOT
from ffnet.results.paper import read_paper

MAPPING = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))


def config_with(folder, layout="bosphorus"):
    config = read_config(MAPPING)
    dataset = next(one for one in config.datasets.values() if one.layout == layout)
    return replace(config, datasets={"mine": replace(dataset, folder=str(folder))})


def test_the_projects_own_config_holds_together():
    config = read_config(MAPPING)
    for name in config.datasets:
        planned = plan_collection(name, config)
        assert len({row.subject for row in planned.rows}) == config.demo.subjects
        assert sum(len(rows) for rows in planned.shards.values()) == len(planned.rows)


@pytest.mark.parametrize(
    ("section", "key", "near"),
    [("maps", "sise", "size"), ("training", "epoch", "epochs"), ("masks", "radius", "radius_")],
)
def test_a_misspelt_key_stops_before_any_job_with_the_nearest_right_name(section, key, near):
    mapping = MAPPING | {section: MAPPING[section] | {key: 1}}
    with pytest.raises(InputError, match=f"config.yaml: {section}: unknown key '{key}'; did you mean '{near}"):
        read_config(mapping)


def test_files_on_disk_are_planned_with_a_missing_texture_left_out(tmp_path):
    folder = tmp_path / "bs000"
    folder.mkdir()
    for name in ("bs000_E_FEAR_0.bnt", "bs000_E_FEAR_0.png", "bs000_E_ANGER_0.bnt"):
        (folder / name).touch()
    planned = plan_collection("mine", config_with(tmp_path))
    (shard,) = planned.shards
    assert [pathlib.Path(path).name for path in planned.raw_files(shard)] == [
        "bs000_E_ANGER_0.bnt",
        "bs000_E_FEAR_0.bnt",
        "bs000_E_FEAR_0.png",
    ]


def test_a_folder_that_is_missing_or_empty_says_what_to_change(tmp_path):
    with pytest.raises(InputError, match="config.yaml: datasets.mine.folder: there is no folder '.*nowhere'"):
        plan_collection("mine", config_with(tmp_path / "nowhere"))
    (tmp_path / "x.txt").touch()
    with pytest.raises(
        InputError, match="datasets.mine: no expression scan of the layout 'bosphorus'.*; other scans there: none"
    ):
        plan_collection("mine", config_with(tmp_path))


def test_a_listed_mesh_that_is_not_there_is_planned_but_asked_of_nobody(tmp_path):
    lines = ["scan,subject,expression,intensity,mesh,texture", "a,p1,fear,1,a.ply,", "b,p1,anger,1,b.obj,b.png"]
    (tmp_path / "manifest.csv").write_text("\n".join(lines))
    (tmp_path / "a.ply").touch()
    planned = plan_collection("mine", with_layout(config_with(tmp_path), "manifest"))
    (shard,) = planned.shards
    assert [row.scan for row in planned.rows] == ["a", "b"]
    assert planned.raw_files(shard) == [str(tmp_path / "a.ply")]
    (tmp_path / "b.obj").touch()
    planned = plan_collection("mine", with_layout(config_with(tmp_path), "manifest"))
    assert planned.raw_files(shard) == [str(tmp_path / "a.ply"), str(tmp_path / "b.obj")]


def test_what_was_skipped_is_planned_and_named_where_nothing_else_is_there(tmp_path):
    (tmp_path / "bs000_N_N_0.bnt").touch()
    with pytest.raises(InputError, match="no expression scan .*; other scans there: 1 neutral"):
        plan_collection("mine", config_with(tmp_path))
    (tmp_path / "bs000_E_FEAR_0.bnt").touch()
    assert plan_collection("mine", config_with(tmp_path)).skipped == {"neutral": 1}


@pytest.mark.parametrize(
    ("layout", "classes", "message"),
    [
        ("bosphorus", ("anger", "hapiness"), "datasets.mine.classes: 'hapiness' is no .* did you mean 'happiness'"),
        ("bu4dfe", ("anger", "neutral"), "'neutral' is no expression of bu4dfe"),
        ("manifest", ("anger",), "at least two names"),
        ("manifest", ("anger", "anger"), "none of them twice"),
        ("manifest", ("anger", "a,b"), "'a,b' cannot be a class"),
        ("manifest", ("anger", "scan"), "'scan' cannot be a class"),
    ],
)
def test_classes_that_cannot_be_stop_before_any_job(tmp_path, layout, classes, message):
    with pytest.raises(InputError, match=message):
        plan_collection("mine", with_layout(config_with(tmp_path), layout, classes))


def with_layout(config, layout, classes=None):
    dataset = config.datasets["mine"]
    return replace(config, datasets={"mine": replace(dataset, layout=layout, classes=classes or dataset.classes)})


def test_every_network_of_the_papers_tables_is_a_row_of_the_config():
    experiments = read_config(MAPPING).experiments
    assert set(experiments) - {"ridge"} == {row.experiment for row in read_paper() if row.experiment}
    for name, experiment in experiments.items():
        if name == "ridge":
            continue
        kind, _, letters = name.replace("-M", "").replace("VGG16-BN", "VGG16").partition("-")
        used = {modality[0] for modality in experiment.streams}
        assert used == set(letters or "dnt") and experiment.masks == ("-M" in name)
        wanted = {"F3DNet": {"f3dnet"}, "VGG16": {"vgg16_bn"}}.get(kind)
        if wanted:
            assert set(experiment.streams.values()) == wanted
        else:
            assert {(m, b) for m, b in experiment.streams.items()} <= {
                ("depth", "f3dnet"),
                ("normals", "f3dnet"),
                ("texture", "vgg16_bn"),
            }

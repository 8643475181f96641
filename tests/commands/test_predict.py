"""predict: tables, files, exit codes, and that the other files go on after a bad one."""

import csv
import json
import os

import numpy as np
import pytest
import torch

from ffnet.commands.predict import Outcome, model_lines, outcome_lines, outcome_table, predict_files
from ffnet.networks.model_file import read_model
from ffnet.predict import load
from ffnet.scans.formats.readers import find_texture, read_scan
from ffnet.shards.samples import read_samples
from ffnet.storage import write_stage
from ffnet.training.loop import network_inputs
from ffnet.training.loop import predict as predict_with_network
from ffnet.training.precision import Precision
from tests.shards.test_one_scan import by_the_workflow

CLASSES = ("anger", "disgust", "fear", "happiness", "sadness", "surprise")


def probabilities(printed):
    """(files, classes) of what --json printed."""
    return np.array([list(one["probabilities"].values()) for one in json.loads(printed.out)])


def test_the_table_has_a_row_for_each_scan_and_names_the_model(predict, wrl, bnt, final_model):
    code, printed = predict(wrl, bnt)
    head, first, second, empty, model, licence = printed.out.splitlines()
    assert code == 0 and printed.err == "" and empty == ""
    assert head.split() == ["scan", "predicted", *CLASSES]
    for line, path in ((first, wrl), (second, bnt)):
        expected = load(final_model)(path)
        shares = (f"{value:.1%}" for value in expected.values())
        assert line.split() == [str(path), max(expected, key=expected.get), *shares]
    assert (model, licence) == ("Model: FFNet-M, trained on 12 subjects of demo-bu3dfe.", "Nobody's.")


def test_one_bad_file_stops_no_other_and_the_exit_code_says_so(predict, wrl, tmp_path):
    (tmp_path / "cut.wrl").write_bytes(wrl.read_bytes()[:5000])
    (tmp_path / "text.obj").write_text("hello")
    code, printed = predict(tmp_path / "cut.wrl", "nowhere.bnt", wrl, tmp_path, tmp_path / "text.obj")
    lines = printed.out.splitlines()
    assert code == 1 and printed.err == "" and lines[1].startswith(str(wrl))
    refused = [line.removeprefix("CANNOT BE USED: ") for line in lines if line.startswith("CANNOT BE USED: ")]
    assert [line.partition(":")[0] for line in refused] == [
        str(tmp_path / "cut.wrl"),
        "nowhere.bnt",
        str(tmp_path),
        str(tmp_path / "text.obj"),
    ]
    assert "nowhere.bnt: there is no such file; copy it there" in refused[1] and refused[2].endswith(
        "a folder; name the scan files in it"
    )


def test_an_unforeseen_error_of_one_file_is_reported_and_the_others_are_read(predict, wrl, bnt, monkeypatch):
    from ffnet.predict import predictor

    read = predictor.load_scan
    monkeypatch.setattr(predictor, "load_scan", lambda path, *rest: 1 / 0 if path == str(bnt) else read(path, *rest))
    code, printed = predict(bnt, wrl)
    assert code == 1 and printed.out.splitlines()[1].startswith(str(wrl)) and "Traceback" in printed.err
    assert f"CANNOT BE USED: {bnt}: an unforeseen ZeroDivisionError (division by zero)" in printed.out


def test_where_no_file_can_be_used_there_is_no_table(predict):
    code, printed = predict("nowhere.wrl")
    assert code == 1 and printed.out.startswith("CANNOT BE USED: nowhere.wrl: there is no such file; copy it")


def test_json_and_csv_agree_and_keep_the_order(predict, wrl, bnt, tmp_path):
    code, printed = predict(bnt, "nowhere.wrl", wrl, "--json", "--csv", tmp_path / "new" / "t.csv")
    outcomes = json.loads(printed.out)
    assert code == 1 and [outcome["file"] for outcome in outcomes] == [str(bnt), "nowhere.wrl", str(wrl)]
    assert outcomes[1]["probabilities"] is outcomes[1]["predicted"] is None and "no such file" in outcomes[1]["error"]
    with open(tmp_path / "new" / "t.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["scan", "predicted-class", *CLASSES, "left-out"]
    for row, outcome in zip(rows, outcomes, strict=True):
        texts = (outcome["file"], outcome["predicted"] or "", outcome["error"] or "")
        assert (row["scan"], row["predicted-class"], row["left-out"]) == texts
        for name in CLASSES:
            assert row[name] == (f"{outcome['probabilities'][name]:.8f}" if outcome["probabilities"] else "")


def test_a_scan_gets_the_probabilities_that_the_workflows_stages_and_the_trained_network_give(
    predict, final_model, wrl, config, tmp_path
):
    from ffnet.scans.beside import files_in
    from ffnet.scans.index import bu3dfe_row

    row = bu3dfe_row(str(wrl), files_in(os.path.dirname(wrl)), 1)
    write_stage(tmp_path / "shard.h5", by_the_workflow(row, "gridfit", config, tmp_path))
    collection = read_samples([tmp_path / "shard.h5"])
    device = torch.device("cpu")
    wanted = predict_with_network(
        read_model(final_model).network, network_inputs(collection, device), 32, Precision(device, "none")
    )
    code, printed = predict(wrl, "--json")
    assert code == 0 and config.datasets["demo-bu3dfe"].projection == "gridfit"
    np.testing.assert_allclose(probabilities(printed), wanted, rtol=0, atol=1e-6)


def test_one_at_a_time_or_32_at_a_time_the_probabilities_are_the_same(predict, made_up_scans):
    files = ["x" * (1 + number) for number in range(33)]
    alone, *others = (probabilities(predict(*files, "--json", "--batch", batch)[1]) for batch in (1, 2, 32, 40))
    assert alone.shape == (33, 6) and alone.std(axis=0).max() > 0.001
    for other in others:
        np.testing.assert_allclose(other, alone, rtol=0, atol=1e-5)


def test_bad_files_within_a_batch_shift_no_probabilities(predict, made_up_scans):
    files = ["x", "bad", "xx", "bad2", "bad3", "xxx"]
    outcomes = json.loads(predict(*files, "--json", "--batch", 3)[1].out)
    assert [outcome["file"] for outcome in outcomes] == files
    expected = probabilities(predict("x", "xx", "xxx", "--json")[1])
    found = [list(outcome["probabilities"].values()) for outcome in outcomes if outcome["probabilities"]]
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5)
    assert np.ptp(expected, axis=0).max() > 1e-3


def test_a_batch_is_as_large_as_the_option_says(final_model, made_up_scans, capsys):
    predictor, sizes = load(final_model), []
    predictor.network.register_forward_hook(lambda network, inputs, scores: sizes.append(len(scores)))
    predict_files(["x", "xx", "bad", "xxx", "xxxx"], predictor, 2, None, None, False)
    assert sizes == [2, 1, 1]


@pytest.mark.parametrize("batch", [0, -3])
def test_a_batch_of_nothing_is_refused(predict, batch):
    code, printed = predict("x.wrl", "--batch", batch)
    assert code == 2 and printed.err == f"error: --batch: expected 1 or more, got {batch}\n"


def test_warnings_and_errors_are_printed_below_the_table():
    sure = Outcome("a.wrl", "fear", {"anger": 0.25, "fear": 0.75})
    doubt = sure._replace(file="b.wrl", warnings=("turned by 30 degrees",))
    broken = Outcome("c.wrl", error="no face")
    assert outcome_lines([sure, doubt, broken], ("anger", "fear")) == [
        "scan   predicted  anger   fear",
        "a.wrl  fear       25.0%  75.0%",
        "b.wrl  fear       25.0%  75.0%",
        "note: b.wrl: turned by 30 degrees",
        "CANNOT BE USED: c.wrl: no face",
    ]
    assert outcome_table([broken], ("anger", "fear")) == "scan,predicted-class,anger,fear,left-out\nc.wrl,,,,no face\n"


def test_a_scan_without_colours_gets_a_warning(predict, wrl, config, tmp_path):
    mesh = read_scan(str(wrl), find_texture(str(wrl)), config.scans, "mm").mesh
    rows = [*("{} {} {}".format(*row) for row in mesh.vertices), *("3 {} {} {}".format(*row) for row in mesh.triangles)]
    head = f"OFF\n{len(mesh.vertices)} {len(mesh.triangles)} 0\n"
    (tmp_path / "bare.off").write_text(head + "\n".join(rows) + "\n")
    code, printed = predict(tmp_path / "bare.off")
    note = "no face was found in the texture map; the landmarks come from the shaded depth map"
    assert code == 0 and f"\nnote: {tmp_path / 'bare.off'}: {note}\n" in printed.out


def test_a_header_with_few_entries_is_enough():
    assert model_lines({"name": "mine"}) == ["Model: mine."]
    assert model_lines({"name": "mine", "licence": "Mine."}) == ["Model: mine.", "Mine."]

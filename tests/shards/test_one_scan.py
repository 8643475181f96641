"""One scan at once is what the workflow makes of it, byte for byte."""

import os
from dataclasses import replace

import numpy as np
import pytest

from ffnet.errors import ScanError
from ffnet.expressions import EXPRESSIONS
from ffnet.maps.shard import project_maps
from ffnet.masks.shard import make_masks
from ffnet.normals.shard import compute_normals
from ffnet.scans.beside import files_in
from ffnet.scans.index import bosphorus_row, bu3dfe_row
from ffnet.scans.load import load_scan
from ffnet.scans.shard import load_scans
from ffnet.shards.one_scan import prepare_scan
from ffnet.shards.shard import join_stages
from ffnet.storage import read_stage, write_stage


def by_the_workflow(row, projection, config, folder):
    """The columns of the shard of one ScanRow, each stage's file written and read again as between jobs."""

    def between(name, columns):
        write_stage(folder / f"{name}.h5", columns)
        return read_stage(folder / f"{name}.h5").columns

    scans = between("scans", load_scans([row], "mm", EXPRESSIONS, config.scans)[0])
    maps = between("maps", project_maps(scans, projection, config.maps)[0])
    normals = between("normals", compute_normals(maps))
    masks = between("masks", make_masks(maps, config.masks)[0])
    return join_stages(maps, normals, masks, config.shards)


@pytest.mark.parametrize(("kind", "projection"), [("wrl", "gridfit"), ("bnt", "splat")])
def test_the_columns_are_those_of_the_workflows_shard_bit_for_bit(kind, projection, request, config, tmp_path):
    path = str(request.getfixturevalue(kind))
    row = {"wrl": bu3dfe_row, "bnt": bosphorus_row}[kind](path, files_in(os.path.dirname(path)), 1)
    wanted = by_the_workflow(row, projection, config, tmp_path)
    scan = load_scan(row.mesh, row.texture, "", "mm", config.scans)
    made = prepare_scan(scan, config.preprocessing("mm", projection))
    assert set(made) == set(wanted) and wanted["depth"].shape == (1, 112, 112)
    for name in set(wanted) - {"scan", "subject", "label", "intensity"}:
        assert made[name].dtype.kind == wanted[name].dtype.kind, name
        np.testing.assert_array_equal(made[name], wanted[name], err_msg=name)


def test_nothing_is_printed_and_the_label_is_unknown(wrl, config, capsys):
    scan = load_scan(str(wrl), str(wrl.with_suffix(".bmp")), "", "mm", config.scans)
    made = prepare_scan(scan, config.preprocessing("mm", "raycast"))
    assert capsys.readouterr().out == ""
    assert made["label"].tolist() == made["intensity"].tolist() == [-1] and made["subject"].tolist() == [""]


@pytest.mark.parametrize(
    ("stage", "change", "reason"),
    [
        ("maps", {"least_face": 1.0}, "the face fills 80% of its square"),
        ("masks", {"least_plausibility": 1.0}, "plausib"),
    ],
)
def test_what_a_stage_would_leave_out_is_refused_with_its_reason(stage, change, reason, wrl, config):
    scan = load_scan(str(wrl), str(wrl.with_suffix(".bmp")), "", "mm", config.scans)
    preprocessing = config.preprocessing("mm", "raycast")
    preprocessing = replace(preprocessing, **{stage: replace(getattr(preprocessing, stage), **change)})
    with pytest.raises(ScanError, match=reason):
        prepare_scan(scan, preprocessing)

"""A trained network together with the preprocessing that its model file sets."""

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch

from ffnet.errors import InputError
from ffnet.geometry.mesh import Mesh
from ffnet.networks.fusion import FusionNet
from ffnet.networks.model_file import read_model
from ffnet.scans.formats.readers import check_mesh, find_texture
from ffnet.scans.load import FrontalScan, check_extent, landmark_file, load_scan, make_frontal
from ffnet.scans.settings import Unit
from ffnet.settings import read_settings
from ffnet.shards.one_scan import prepare_scan
from ffnet.shards.preprocessing import Preprocessing
from ffnet.shards.samples import Samples
from ffnet.training.loop import network_inputs, predict
from ffnet.training.precision import Precision

CPU = torch.device("cpu")

Scan = str | os.PathLike | Mesh | FrontalScan
Columns = dict[str, np.ndarray]


@dataclass(frozen=True)
class Predictor:
    """Predicts the expression of a scan: calling it on one returns the probability of each class.

    network: in evaluation mode, on the CPU. header: that of the model file, see write_model. preprocessing: turns a raw
    scan into network inputs; see with_file_units for files in another unit than those of training.
    """

    network: FusionNet
    header: dict
    preprocessing: Preprocessing

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes, in the order of the network's outputs."""
        return tuple(self.header["classes"])

    def __call__(self, scan: Scan) -> dict[str, float]:
        """The probability of each class, in the order of `classes`; they sum to 1.

        scan: the path of a scan file, a Mesh in mm, or a FrontalScan. Raises ScanError if it cannot be used.
        """
        (row,) = self.probabilities(self.prepare(self.turn(scan)))
        return dict(zip(self.classes, row.tolist(), strict=True))

    def turn(self, scan: Scan) -> FrontalScan:
        """Turns a scan, as in __call__, to the camera. Raises ScanError if it cannot be used."""
        settings, unit = self.preprocessing.scans, self.preprocessing.unit
        if isinstance(scan, FrontalScan):
            return scan
        if isinstance(scan, Mesh):
            check_mesh(scan, "the mesh")
            check_extent(scan.vertices, "the mesh", "mm", settings)
            return make_frontal(scan, "", unit, settings)
        if not isinstance(scan, (str, os.PathLike)):
            raise InputError(f"expected the path of a scan, a Mesh or a FrontalScan, got {type(scan).__name__}")
        path = os.fspath(scan)
        return load_scan(path, find_texture(path), landmark_file(path, settings), unit, settings)

    def prepare(self, scan: FrontalScan) -> Columns:
        """The columns of a shard with this one scan, see prepare_scan. Raises ScanError if it cannot be used."""
        return prepare_scan(scan, self.preprocessing)

    def probabilities(self, columns: Columns, batch: int = 1) -> np.ndarray:
        """Probabilities (n, classes) float64 of the n scans in a shard's columns, computed in float32.

        batch: scans per batch; it changes at most the last digits of float32.
        """
        return predict(self.network, self.inputs(columns), batch, Precision(CPU, "none"))

    def inputs(self, columns: Columns) -> dict[str, torch.Tensor]:
        """The network's input tensors from a shard's columns."""
        return network_inputs(Samples(*(columns[name] for name in Samples._fields)), CPU)


def load(model: str | os.PathLike) -> Predictor:
    """The Predictor of a model file, given its path. Raises InputError if the file is not a model of this version."""
    path = os.fspath(model)
    network, header = read_model(path)
    return Predictor(network, header, read_settings(Preprocessing, header["preprocessing"], f"{path}: preprocessing"))


def with_file_units(predictor: Predictor, unit: Unit | None = None, pixel_spacing: float | None = None) -> Predictor:
    """The Predictor for files in another unit, or depth images with another pixel spacing in mm.

    None keeps what the model was trained with. Raises InputError unless the spacing is a positive number.
    """
    preprocessing = predictor.preprocessing
    scans = preprocessing.scans
    if pixel_spacing is not None:
        if not 0 < pixel_spacing < math.inf:
            raise InputError(f"--pixel-spacing: expected mm between pixels, more than 0, got {pixel_spacing}")
        scans = replace(scans, pixel_spacing=pixel_spacing)
    return replace(predictor, preprocessing=replace(preprocessing, scans=scans, unit=unit or preprocessing.unit))


def join_columns(prepared: Sequence[Columns]) -> Columns:
    """Joins the columns of several scans, each from Predictor.prepare."""
    return {name: np.concatenate([columns[name] for columns in prepared]) for name in prepared[0]}

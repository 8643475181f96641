"""A trained network together with the preprocessing that its file asks for."""

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
from ffnet.scans.load import FrontalScan, check_extent, landmark_file, make_frontal, read_mesh
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
    """Called on a scan it gives a probability for each class.

    network: FusionNet in evaluation mode, on the CPU. header: of the model's file, see write_model. preprocessing:
    Preprocessing; its unit and scans.pixel_spacing may be those of other files than the model was trained on.
    """

    network: FusionNet
    header: dict
    preprocessing: Preprocessing

    @property
    def classes(self) -> tuple[str, ...]:
        """Their names in the order of the network's outputs."""
        return tuple(self.header["classes"])

    def __call__(self, scan: Scan) -> dict[str, float]:
        """The probability of each class, a dict of floats in the order of classes that add up to 1.

        scan: the path of a scan file, a Mesh in mm, or a FrontalScan. Raises ScanError if it cannot be used.
        """
        (row,) = self.probabilities(self.prepare(self.turn(scan)))
        return dict(zip(self.classes, row.tolist(), strict=True))

    def turn(self, scan: Scan) -> FrontalScan:
        """The FrontalScan of what somebody has in hand: see __call__."""
        settings, unit, landmarks = self.preprocessing.scans, self.preprocessing.unit, ""
        if isinstance(scan, FrontalScan):
            return scan
        if isinstance(scan, Mesh):
            mesh, name = scan, "the mesh"
            check_mesh(mesh, name)
        elif isinstance(scan, (str, os.PathLike)):
            name = os.fspath(scan)
            mesh = read_mesh(name, find_texture(name), settings, unit)
            landmarks = landmark_file(name, settings)
        else:
            raise InputError(f"the path of a scan, a Mesh or a FrontalScan is needed, {type(scan).__name__} came")
        check_extent(mesh.vertices, name, settings)
        return make_frontal(mesh, landmarks, unit, settings)

    def prepare(self, scan: FrontalScan) -> Columns:
        """The columns of a shard of one FrontalScan: see prepare_scan. Raises ScanError."""
        return prepare_scan(scan, self.preprocessing)

    def probabilities(self, columns: Columns, batch: int = 1) -> np.ndarray:
        """Probabilities (n, classes) float64 of the n scans of a shard's columns, computed in float32.

        batch: how many scans pass the network at a time, which changes no more than the last digits of float32.
        """
        return predict(self.network, self.inputs(columns), batch, Precision(CPU, "none"))

    def inputs(self, columns: Columns) -> dict[str, torch.Tensor]:
        """The tensors that the network takes of a shard's columns."""
        return network_inputs(Samples(*(columns[name] for name in Samples._fields)), CPU)


def load(model: str | os.PathLike) -> Predictor:
    """The Predictor of a final model's file (a path). Raises InputError where the file is not one."""
    path = os.fspath(model)
    network, header = read_model(path)
    return Predictor(network, header, read_settings(Preprocessing, header["preprocessing"], f"{path}: preprocessing"))


def with_files(predictor: Predictor, unit: Unit | None = None, pixel_spacing: float | None = None) -> Predictor:
    """A Predictor for files of another unit or depth images of another spacing (mm); None leaves what there is.

    Raises InputError where the spacing is no length.
    """
    told = predictor.preprocessing
    scans = told.scans
    if pixel_spacing is not None:
        if not 0 < pixel_spacing < math.inf:
            raise InputError(f"--pixel-spacing: mm from pixel to pixel are needed, more than 0; {pixel_spacing} came")
        scans = replace(scans, pixel_spacing=pixel_spacing)
    return replace(predictor, preprocessing=replace(told, scans=scans, unit=unit or told.unit))


def join_columns(prepared: Sequence[Columns]) -> Columns:
    """The columns of several scans, each as Predictor.prepare gave them, one after another."""
    return {name: np.concatenate([columns[name] for columns in prepared]) for name in prepared[0]}

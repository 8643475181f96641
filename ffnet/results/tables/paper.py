"""The paper's own numbers: Tables 1 to 5, every row as printed, in paper.csv beside this file.

Columns of paper.csv: source (which table), dataset, method (the table's Method or Model), data (its Data or Modality,
or the attribute map that heads the column), feature, accuracy (percent as printed; "-" where the table has a dash),
experiment (the name of the same experiment in this project's config.yaml, empty where it has none).
Section 1 says 87.61 for FFNet-M on Bosphorus where Tables 2, 4 and 5 say 87.65; the tables count.
Source: M. Sui, Z. Zhu, F. Zhao and F. Wu, "FFNet-M: Feature fusion network with masks for multimodal facial expression
recognition".
"""

import csv
import math
import pathlib
from collections.abc import Sequence
from typing import NamedTuple

from ffnet.networks.settings import NONE, OWN

PAPER = pathlib.Path(__file__).with_name("paper.csv")
DATASETS = ("BU-3DFE", "Bosphorus")
BACKBONES = {  # of depth, normals, texture
    "F3DNet": ("f3dnet", "f3dnet", "f3dnet"),
    "VGG16-BN": ("vgg16_bn", "vgg16_bn", "vgg16_bn"),
    "FFNet": ("f3dnet", "f3dnet", "vgg16_bn"),
}
USED = {"I_d": "d", "I_n": "n", "I_t": "t", "I_dnt": "dnt", "3D": "dn", "2D+3D": "dnt"}  # modalities of a data column


class Architecture(NamedTuple):
    """Which backbone each modality has ("none": the modality is not used), and `masks` of the experiment."""

    depth: str
    normals: str
    texture: str
    masks: str

    @property
    def data(self) -> str:
        """The paper's word for the modalities in use: 3D, 2D or 2D+3D; "masks" for the masks alone."""
        kinds = {"3D": {self.depth, self.normals}, "2D": {self.texture}}
        return "+".join(kind for kind in ("2D", "3D") if kinds[kind] != {NONE}) or "masks"


class PaperRow(NamedTuple):
    """One printed number and its place; all text, as in paper.csv."""

    source: str
    dataset: str
    method: str
    data: str
    feature: str
    accuracy: str
    experiment: str

    @property
    def architecture(self) -> Architecture | None:
        """None for other people's methods and for dashes."""
        return architecture_of(self.method, self.data) if self.experiment else None


def architecture_of(method: str, data: str) -> Architecture:
    """The Architecture of one of the paper's methods, such as FFNet-M, on a data column of its tables."""
    backbones = zip("dnt", BACKBONES[method.removesuffix("-M")], strict=True)
    depth, normals, texture = (backbone if letter in USED[data] else NONE for letter, backbone in backbones)
    return Architecture(depth, normals, texture, OWN if method.endswith("-M") else NONE)


def read_paper() -> list[PaperRow]:
    """All PaperRows, in the order of the tables."""
    with open(PAPER, encoding="utf-8", newline="") as file:
        return [PaperRow(**row) for row in csv.DictReader(file)]


def paper_accuracy(rows: Sequence[PaperRow], dataset: str | None, architecture: Architecture) -> float:
    """What the paper prints for an Architecture on one of DATASETS, percent; NaN where it has no such cell."""
    printed = {row.accuracy for row in rows if row.architecture == architecture and row.dataset == dataset}
    assert len(printed) <= 1, f"paper.csv gives {architecture} on {dataset} as {printed}"
    return float(printed.pop()) if printed else math.nan

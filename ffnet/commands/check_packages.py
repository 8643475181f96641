"""Are all packages installed, do they work, and do they have the versions of requirements.lock?"""

import importlib
import importlib.metadata
from collections.abc import Iterator
from types import ModuleType

import numpy as np

from ffnet.commands.findings import Finding
from ffnet.errors import InputError
from ffnet.geometry.raycast import import_open3d
from ffnet.landmarks.detector import detect_face
from ffnet.workflow.provenance import LOCK

DISTRIBUTIONS = {  # what is imported, and the name under which requirements.lock has it
    "torch": "torch",
    "torchvision": "torchvision",
    "numpy": "numpy",
    "scipy": "scipy",
    "open3d": "open3d-cpu",
    "dlib": "dlib-bin",
    "cv2": "opencv-python-headless",
    "h5py": "h5py",
    "pandas": "pandas",
    "snakemake": "snakemake",
    "safetensors": "safetensors",
    "sklearn": "scikit-learn",
    "matplotlib": "matplotlib",
    "onnx": "onnx",
    "onnxruntime": "onnxruntime",
    "onnxscript": "onnxscript",
}
INSTALL = "make setup; or: pip install --no-deps -r requirements.lock"
BROKEN = (ImportError, OSError, AttributeError, ValueError, RuntimeError)  # what a broken or mismatched package raises


def check_packages() -> Iterator[Finding]:
    """A Finding for each package that is missing, broken or has another version, and one for all the others."""
    locked = locked_versions(LOCK.read_text(encoding="utf-8"))
    fine = 0
    for package, distribution in DISTRIBUTIONS.items():
        try:
            import_package(package)
        except InputError as error:
            yield Finding("PROBLEM", str(error), INSTALL)
            continue
        difference = version_difference(distribution, locked)
        if difference:
            yield Finding("note", difference, f"results may differ in the last digits; {INSTALL}")
        else:
            fine += 1
    yield Finding("ok", f"{fine} of {len(DISTRIBUTIONS)} packages work and have the versions of requirements.lock")


def import_package(name: str) -> ModuleType:
    """The imported package. Raises InputError if it is missing or broken."""
    try:
        return import_open3d() if name == "open3d" else importlib.import_module(name)
    except BROKEN as error:
        raise InputError(f"package {name} cannot be imported: {error}") from error


def locked_versions(text: str) -> dict[str, str]:
    """Distribution -> version from the text of requirements.lock."""
    pins = (line.partition("#")[0].split(";")[0].strip().partition("==") for line in text.splitlines())
    return {name.lower(): version for name, equals, version in pins if equals}


def version_difference(distribution: str, locked: dict[str, str]) -> str:
    """How the installed package differs from requirements.lock, in words; "" if it does not."""
    try:
        installed = importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return f"{distribution} of requirements.lock is not installed; another package provides its module"
    expected = locked.get(distribution)
    return "" if installed == expected else f"{distribution} {installed} is installed, requirements.lock has {expected}"


def check_landmark_model() -> Iterator[Finding]:
    """Whether dlib's landmark model can be loaded."""
    try:
        detect_face(np.zeros((80, 80, 3), np.uint8), upsample=0)
    except (InputError, *BROKEN) as error:
        yield Finding("PROBLEM", f"landmark model: {error}", INSTALL)
    else:
        yield Finding("ok", "landmark model found")

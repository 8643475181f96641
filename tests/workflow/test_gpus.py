import pathlib

import pytest

from ffnet.training.settings import ExecutionSettings
from ffnet.workflow import gpus
from ffnet.workflow.gpus import gpu_places, visible_gpus


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A function: gives this machine so many GPUs and a value of CUDA_VISIBLE_DEVICES, None for none."""

    def have(count, visible=None):
        monkeypatch.setattr(gpus, "DEVICES", tmp_path)
        for name in ("nvidiactl", "nvidia-uvm", *(f"nvidia{number}" for number in range(count))):
            (tmp_path / name).touch()
        monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
        if visible is not None:
            monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)

    return have


@pytest.mark.parametrize(
    ("present", "visible", "count"),
    [
        (0, None, 0),
        (4, None, 4),
        (4, "", 0),
        (4, "2", 1),
        (4, "0,3", 2),
        (4, "0, 3", 2),
        (4, "-1", 0),
        (4, "0,-1,2", 1),
        (4, "0,7,1", 1),
        (4, "GPU-8932f937-d72c-4106-c12f-20bd9faed9f6,1", 2),
        (1, "MIG-a,MIG-b,MIG-c", 3),
        (0, "0", 0),
    ],
)
def test_gpus_are_counted_as_cuda_counts_them(machine, present, visible, count):
    machine(present, visible)
    assert visible_gpus() == count


def execution(device, runs_per_gpu):
    return ExecutionSettings("repeat", device, 1, runs_per_gpu, 0, "compiled", 60.0)


def test_places_are_for_each_gpu_and_none_where_networks_train_on_the_cores(machine):
    machine(2)
    assert gpu_places(execution("auto", 3)) == 6
    assert gpu_places(execution("cuda", 1)) == 2
    assert gpu_places(execution("cpu", 3)) == 0


def test_the_devices_of_this_machine_are_below_dev():
    assert pathlib.Path("/dev") == gpus.DEVICES

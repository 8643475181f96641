import pathlib

import pytest

from ffnet.training.settings import ExecutionSettings
from ffnet.workflow import gpus
from ffnet.workflow.gpus import gpu_places, visible_gpus
from ffnet.workflow.job_log import DONE


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


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("count", [1, 2])
def test_on_one_machine_no_more_networks_train_at_a_time_than_its_gpus_have_places(project, count):
    (project.folder / "dev").mkdir()
    for number in range(count):
        (project.folder / f"dev/nvidia{number}").touch()
    code = project.folder / "ffnet/workflow/gpus.py"
    code.write_text(code.read_text().replace('"/dev"', '"dev"'))
    project.configure(lambda config: config["training"].update(epochs=10))
    done = project.run()
    assert done.returncode == 0, done.stdout[-3000:]
    times = []
    for log in project.folder.glob("logs/*/train_repeat/FFNet-M/0.log"):
        seconds = float(log.read_text().splitlines()[-1].removeprefix(f"{DONE} ").removesuffix(" s"))
        times.append((log.stat().st_mtime - seconds, log.stat().st_mtime))
    (_, first_end), (second_start, _) = sorted(times)
    assert (second_start > first_end) == (count == 1)

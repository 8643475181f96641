import multiprocessing
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
from types import SimpleNamespace

import pytest
import torch

from ffnet.errors import InputError
from ffnet.training import device as devices
from ffnet.training.device import check_memory, device_name, hold_device, hold_place

GIB = 2**30


@pytest.fixture
def two_gpus(monkeypatch, tmp_path):
    """A machine that seems to have two GPUs; the list of those that were chosen."""
    chosen = []
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    monkeypatch.setattr("torch.cuda.device_count", lambda: 2)
    monkeypatch.setattr("torch.cuda.get_device_properties", lambda number: SimpleNamespace(uuid=f"gpu-{number}"))
    monkeypatch.setattr("torch.cuda.set_device", chosen.append)
    monkeypatch.setattr(devices, "LOCKS", tmp_path)
    return chosen


def test_without_a_gpu_auto_is_the_cpu_and_cuda_an_error(monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    for wanted in ("auto", "cpu"):
        with hold_device(wanted, 1) as device:
            assert device == torch.device("cpu") and device_name(device) == "cpu"
    with pytest.raises(InputError, match="execution.device is cuda, but torch finds no GPU"), hold_device("cuda", 1):
        pass


def test_each_run_has_a_gpu_of_its_own_and_the_cpu_takes_none(two_gpus):
    with hold_device("auto", 1) as first, hold_device("cuda", 1) as second, hold_device("cpu", 1) as third:
        assert [str(one) for one in (first, second, third)] == ["cuda:0", "cuda:1", "cpu"]
    with hold_device("auto", 1) as device:
        assert device.index == 0
    assert two_gpus == [0, 1, 0]


def test_more_runs_than_gpus_spread_over_them_first(two_gpus):
    with hold_place(["a", "b"], 2) as one, hold_place(["a", "b"], 2) as two:
        assert (one, two) == (0, 1)
        with hold_place(["a", "b"], 2) as three, hold_place(["a", "b"], 2) as four:
            assert (three, four) == (0, 1)


def test_a_run_waits_while_every_place_is_taken_and_says_so_once(two_gpus, monkeypatch, capsys):
    holder = hold_place(["a"], 1)
    holder.__enter__()
    waits = []

    def sleep(seconds):
        waits.append(seconds)
        if len(waits) == 3:
            holder.__exit__(None, None, None)

    monkeypatch.setattr(devices.time, "sleep", sleep)
    with hold_place(["a"], 1) as number:
        assert number == 0 and len(waits) == 3
    assert capsys.readouterr().out.count("all places on 1 GPUs are in use (execution.runs_per_gpu: 1); waiting") == 1


def test_a_lock_is_open_to_all_users_whatever_the_mask_of_the_first(two_gpus, tmp_path):
    before = os.umask(0o077)
    try:
        with hold_place(["a"], 1):
            (path,) = tmp_path.iterdir()
            assert path.stat().st_mode & 0o777 == 0o666
    finally:
        os.umask(before)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another user")
def test_another_user_finds_a_place_taken_and_then_free(monkeypatch):
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o1777)  # as /tmp
        monkeypatch.setattr(devices, "LOCKS", pathlib.Path(folder))
        lock = f"filelock.FileLock({folder + '/ffnet-gpu-a.0.lock'!r}, timeout=0, mode=0o666).acquire()"
        command = [sys.executable, "-c", f"import filelock, os; os.setuid(65534); {lock}"]
        with hold_place(["a"], 1):
            assert "Timeout" in subprocess.run(command, capture_output=True, text=True).stderr
        assert subprocess.run(command).returncode == 0


def _hold_for_ever(folder, ready):
    devices.LOCKS = folder
    with hold_place(["a"], 1):
        ready.set()
        signal.pause()


def test_a_dead_process_keeps_no_place(two_gpus, tmp_path, monkeypatch):
    context = multiprocessing.get_context("spawn")
    ready = context.Event()
    process = context.Process(target=_hold_for_ever, args=(tmp_path, ready))
    process.start()
    assert ready.wait(60)

    def sleep(_):
        os.kill(process.pid, signal.SIGKILL)
        process.join()

    monkeypatch.setattr(devices.time, "sleep", sleep)
    with hold_place(["a"], 1) as number:
        assert number == 0 and not process.is_alive()


@pytest.fixture
def clock(monkeypatch):
    """Seconds as device.py sees them; sleeping lets them pass."""
    now = [0.0]
    monkeypatch.setattr(devices.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(devices.time, "sleep", lambda seconds: now.__setitem__(0, now[0] + seconds))
    return now


def test_a_collection_that_does_not_fit_is_reported_before_it_is_moved(monkeypatch, clock):
    monkeypatch.setattr("torch.cuda.mem_get_info", lambda device: (2 * GIB, 8 * GIB))
    check_memory(int(0.79 * GIB), torch.device("cuda", 0))
    assert clock[0] == 0
    with pytest.raises(InputError, match="takes 0.81 GiB .* of cuda:0 2.00 GiB are free. Lower execution.runs_per_gpu"):
        check_memory(int(0.81 * GIB), torch.device("cuda", 0))
    assert devices.PATIENCE < clock[0] <= devices.PATIENCE + 2 * devices.WAIT
    check_memory(100 * GIB, torch.device("cpu"))


def test_memory_that_an_ended_job_has_not_freed_yet_is_waited_for(monkeypatch, clock):
    monkeypatch.setattr("torch.cuda.mem_get_info", lambda device: ((1 + (clock[0] > 20)) * GIB, 8 * GIB))
    check_memory(int(0.7 * GIB), torch.device("cuda", 0))
    assert 20 < clock[0] <= 20 + devices.WAIT


def test_of_several_mig_slices_a_job_takes_a_free_one_before_cuda_starts(two_gpus, monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "MIG-a, MIG-b")
    with hold_place(["MIG-a", "MIG-b"], 1) as taken, hold_device("auto", 1) as device:
        assert taken == 0 and device == torch.device("cuda", 0) and two_gpus == [0]
        assert os.environ["CUDA_VISIBLE_DEVICES"] == "MIG-b"
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "MIG-a, MIG-b")
    with hold_device("cpu", 1) as device:
        assert device == torch.device("cpu") and os.environ["CUDA_VISIBLE_DEVICES"] == "MIG-a, MIG-b"


def test_a_gpu_out_of_memory_is_a_message(two_gpus):
    with pytest.raises(InputError, match="GPU 0 ran out of memory; lower training.batch"), hold_device("cuda", 1):
        raise torch.OutOfMemoryError("CUDA out of memory")


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")
def test_a_real_gpu_is_held_and_has_memory():
    with hold_device("cuda", 1) as device:
        check_memory(1, device)
        assert torch.ones(2, device=device).sum().item() == 2
        assert device_name(device) != "cpu"

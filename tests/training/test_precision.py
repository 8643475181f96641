import pytest
import torch

from ffnet.training.precision import Precision, half_type

CPU, GPU = torch.device("cpu"), torch.device("cuda", 0)


def test_half_is_bfloat16_but_float16_on_a_gpu_without_it(monkeypatch):
    monkeypatch.setattr("torch.cuda.is_bf16_supported", lambda including_emulation: False)
    assert half_type(CPU) == torch.bfloat16 and half_type(GPU) == torch.float16
    monkeypatch.setattr("torch.cuda.is_bf16_supported", lambda including_emulation: True)
    assert half_type(GPU) == torch.bfloat16


@pytest.mark.parametrize(("autocast", "name"), [("none", "float32"), ("half", "bfloat16")])
def test_autocast_computes_in_the_type_and_none_leaves_float32(autocast, name):
    precision, a = Precision(CPU, autocast), torch.ones(4, 4)
    with precision.context():
        assert (a @ a).dtype == precision.type
    assert precision.type_name == name

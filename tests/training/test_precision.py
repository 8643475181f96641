import pytest
import torch

from ffnet.training.precision import Precision, half_type

CPU, GPU = torch.device("cpu"), torch.device("cuda", 0)


def test_half_is_bfloat16_but_float16_on_a_gpu_without_it(monkeypatch):
    monkeypatch.setattr("torch.cuda.is_bf16_supported", lambda including_emulation: False)
    assert half_type(CPU) == torch.bfloat16 and half_type(GPU) == torch.float16
    monkeypatch.setattr("torch.cuda.is_bf16_supported", lambda including_emulation: True)
    assert half_type(GPU) == torch.bfloat16


@pytest.mark.parametrize(("setting", "name"), [("float32", "float32"), ("tf32", "float32"), ("half", "bfloat16")])
def test_it_computes_in_the_type_of_the_setting_and_a_cpu_has_no_tf32(setting, name):
    precision, a = Precision(CPU, setting), torch.ones(4, 4)
    with precision.context():
        assert (a @ a).dtype == precision.type
    assert precision.type_name == name

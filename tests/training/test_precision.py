import pytest
import torch

from ffnet.training.precision import Precision, half_type

CPU, GPU = torch.device("cpu"), torch.device("cuda", 0)


def test_half_is_bfloat16_but_float16_on_a_gpu_without_it(monkeypatch):
    monkeypatch.setattr("torch.cuda.is_bf16_supported", lambda including_emulation: False)
    assert half_type(GPU) == torch.float16
    monkeypatch.setattr("torch.cuda.is_bf16_supported", lambda including_emulation: True)
    assert half_type(GPU) == torch.bfloat16


@pytest.mark.parametrize(
    ("capability", "setting", "name"),
    [
        ((7, 5), "tf32", "float32"),
        ((8, 0), "tf32", "tf32"),
        ((9, 0), "tf32", "tf32"),
        ((9, 0), "float32", "float32"),
    ],
)
def test_tf32_is_what_a_gpu_has_from_capability_8_on(capability, setting, name, monkeypatch):
    monkeypatch.setattr("torch.cuda.get_device_capability", lambda device: capability)
    assert Precision(GPU, setting).type_name == name


@pytest.mark.parametrize(
    ("capabilities", "name"),
    [
        ({"avx512_bf16": True, "amx_bf16": False}, "bfloat16"),
        ({"avx512_bf16": False, "amx_bf16": True}, "bfloat16"),
        ({"avx2": True, "avx512_f": True, "avx512_bf16": False}, "float32"),
        ({"neon": True, "bf16": True}, "float32"),  # not measured on ARM
    ],
)
def test_a_cpu_without_instructions_for_bfloat16_computes_half_in_float32(capabilities, name, monkeypatch):
    monkeypatch.setattr("torch.cpu.get_capabilities", lambda: capabilities)
    precision, a = Precision(CPU, "half"), torch.ones(4, 4)
    with precision.context():
        assert (a @ a).dtype == precision.type
    assert precision.type_name == name


@pytest.mark.parametrize(("setting", "name"), [("float32", "float32"), ("tf32", "float32")])
def test_it_computes_in_the_type_of_the_setting_and_a_cpu_has_no_tf32(setting, name):
    precision, a = Precision(CPU, setting), torch.ones(4, 4)
    with precision.context():
        assert (a @ a).dtype == precision.type
    assert precision.type_name == name

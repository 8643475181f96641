import pytest
import torch

from ffnet.training.adam import Adam


@pytest.mark.parametrize("weight_decay", [0.0, 0.1])
def test_it_steps_as_torchs_own_does(weight_decay):
    torch.manual_seed(0)
    starts = [torch.randn(4, 3, dtype=torch.float64), torch.randn(5, dtype=torch.float64)]
    ours, theirs = ([torch.nn.Parameter(start.clone()) for start in starts] for _ in range(2))
    adam = Adam(ours, (0.9, 0.99), weight_decay)
    oracle = torch.optim.Adam(theirs, lr=1.0, betas=(0.9, 0.99), weight_decay=weight_decay)
    for step in range(20):
        rate = 0.1 / (step + 1)
        oracle.param_groups[0]["lr"] = rate
        for mine, other in zip(ours, theirs, strict=True):
            mine.grad = (mine.detach() - 1) ** 3
            other.grad = (other.detach() - 1) ** 3
        adam.step(rate)
        oracle.step()
    for mine, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(mine, other, rtol=1e-10, atol=1e-12)
        assert mine.grad is None

import dataclasses

import yaml

from ffnet.config import read_config
from ffnet.training.settings import run_settings
from ffnet.workflow.provenance import ROOT


def test_how_many_repeats_there_are_is_nothing_that_a_run_depends_on():
    config = read_config(yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8")))
    for name in ("ridge", "FFNet-M"):
        once, often = (dataclasses.replace(config.experiments[name], repeats=repeats) for repeats in (1, 100))
        others = config.networks, config.training, config.ridge, ("anger", "fear")
        assert run_settings(once, *others) == run_settings(often, *others)

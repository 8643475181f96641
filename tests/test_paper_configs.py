"""What the paper says of its run, sentence by sentence, and what the configs for it have."""

import pytest

from ffnet.commands.config_file import read_config_file
from ffnet.expressions import EXPRESSIONS
from ffnet.maps.holes import NEAREST
from ffnet.workflow.provenance import ROOT

CONFIGS = ("bu3dfe", "bosphorus", "paper")
BU3DFE, BOSPHORUS = "bu3dfe", "bosphorus"  # layouts

# section, sentence, value in our configs, value that the paper names
OF_EVERY_DATASET = [
    ("3.1", "six basic expressions (i.e., anger, disgust, fear, happiness, sadness, and surprise)",
     lambda dataset: dataset.classes, EXPRESSIONS),
]  # fmt: skip
OF_A_LAYOUT = [
    (BU3DFE, "2.2", "we apply the gridfit algorithm [17] on BU-3DFE", lambda dataset: dataset.projection, "gridfit"),
    (BOSPHORUS, "2.2", "and the method in [19] on Bosphorus", lambda dataset: dataset.projection, "splat"),
    (BU3DFE, "3.1", "60 subjects with two highest levels of intensity", lambda dataset: dataset.intensities, (3, 4)),
    (BOSPHORUS, "3.1", "six basic expressions with one level of intensity",
     lambda dataset: (dataset.intensities, dataset.takes), ((1,), "first")),
]  # fmt: skip
OF_THE_RUN = [
    ("2.2", "we calculate the standard deviation of the eight neighbors [...] greater than 0.6 sigma",
     lambda config: (config.maps.outliers.rule, config.maps.outliers.sigmas), ("mean", 0.6)),
    ("2.2", "If the depth difference [...] is greater [...], it is considered as an outlier and needs to be removed",
     lambda config: (config.maps.outliers.floor, config.maps.outliers.most_removed), (0.0, 1.0)),
    ("2.2", "we perform the following steps. Outlier Removal [...] Hole Filling [...] Noise Removal [...]",
     lambda config: config.maps.spikes.height, None),
    ("2.2", "the weighted average of its 16 nearest subsampling neighbors", lambda config: NEAREST, 16),
    ("2.2", "Gaussian filtering with a sliding window size of 3x3 and sigma = 1",
     lambda config: config.maps.smooth_sigma, 1.0),
    ("2.2", "on the cropped I_t (56x56)", lambda config: config.masks.size, 56),
    ("2.2", "w(P, L) = 1 - 0.1 * d_M(P, L)", lambda config: config.masks.fall, 0.1),
    ("2.2", "5x5 regions constitute the salient regions", lambda config: config.masks.radius_1, 2),
    ("2.2", "its weights are distributed in the range of 3x3", lambda config: config.masks.radius_2, 1),
    ("2.3", "FC_1 becomes 256, which is further reduced to 128 by FC_2",
     lambda config: config.networks.fully_connected, (256, 128)),
    ("2.3", "features Y_t of 512 channels, Y_n and Y_d of 512", lambda config: config.networks.width, 1.0),
    ("2.3", "features Y_n, Y_d of 512 x 4 x 4", lambda config: config.networks.f3dnet_channels[-1], 512),
    ("2.3", "we use the backbone of pre-trained VGG16-BN to initialize the VGG16-BN-M",
     lambda config: (config.networks.pretrained, config.shards.texture), ("imagenet", "imagenet")),
    ("3.1", "60 subjects [...] fixed in all the experiments", lambda config: config.protocol.subjects, 60),
    ("3.1", "randomly divided into ten folds", lambda config: config.protocol.folds, 10),
    ("3.1", "the average accuracy of 100 times of 10-fold cross-validation",
     lambda config: (config.experiments["FFNet"].repeats, config.experiments["FFNet-M"].repeats), (100, 100)),
    ("3.2", "resized to 1 x 112 x 112, 3 x 112 x 112, and 3 x 112 x 112", lambda config: config.maps.size, 112),
    ("3.2", "Adam optimizer with betas (0.9, 0.999)", lambda config: config.training.betas, (0.9, 0.999)),
    ("3.2", "we set the learning rate to 0.0001 in 70 epochs",
     lambda config: (config.training.learning_rate, config.training.schedule, config.training.epochs),
     (0.0001, "constant", 70)),
]  # fmt: skip


@pytest.fixture(params=CONFIGS)
def config(request):
    return read_config_file(ROOT / "config.yaml", ROOT / "configs" / f"{request.param}.yaml")


@pytest.mark.parametrize(("section", "sentence", "value", "named"), OF_THE_RUN, ids=lambda value: str(value)[:30])
def test_every_key_that_the_paper_names_is_as_it_says(config, section, sentence, value, named):
    assert value(config) == named, f"section {section}: {sentence}"


@pytest.mark.parametrize(("section", "sentence", "value", "named"), OF_EVERY_DATASET, ids=lambda value: str(value)[:30])
def test_every_dataset_is_as_the_paper_says(config, section, sentence, value, named):
    assert {value(dataset) for dataset in config.datasets.values()} == {named}, f"section {section}: {sentence}"


@pytest.mark.parametrize(("layout", "section", "sentence", "value", "named"), OF_A_LAYOUT)
def test_each_collection_is_prepared_as_the_paper_says(config, layout, section, sentence, value, named):
    found = {value(dataset) for dataset in config.datasets.values() if dataset.layout == layout}
    assert found <= {named}, f"section {section}: {sentence}"


def test_both_collections_are_in_the_whole_matrix():
    config = read_config_file(ROOT / "config.yaml", ROOT / "configs" / "paper.yaml")
    assert {dataset.layout for dataset in config.datasets.values()} == {BU3DFE, BOSPHORUS}

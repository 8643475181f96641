"""The paper's run: all that the paper names of it, sentence by sentence, and in what an experiment differs from it."""

from collections.abc import Callable
from typing import Any, NamedTuple

from ffnet.config import Config
from ffnet.expressions import EXPRESSIONS
from ffnet.networks.settings import ExperimentSettings, NetworkSettings, networks_of
from ffnet.scans.settings import DatasetSettings
from ffnet.training.settings import BEST, TrainingSettings

BU3DFE, BOSPHORUS = "bu3dfe", "bosphorus"  # layouts of the paper's collections


class Plan(NamedTuple):
    """One experiment on one dataset, as config.yaml asks for it. networks: with what the experiment overrides.
    subjects: how many take part."""

    config: Config
    dataset: DatasetSettings
    experiment: ExperimentSettings
    networks: NetworkSettings
    subjects: int


class Condition(NamedTuple):
    """One thing that the paper names.

    section, sentence: where. key: its name in notes. named: the paper's value, or one for each layout: a layout that
    is not there has no such condition. value: the value of a Plan. only: "masks" or a backbone, without which the
    condition does not apply to an experiment; "" for all.
    """

    section: str
    sentence: str
    key: str
    named: Any
    value: Callable[[Plan], Any]
    only: str = ""


CONDITIONS = (
    Condition("3.1", "six basic expressions (i.e., anger, disgust, fear, happiness, sadness, and surprise)", "classes",
              EXPRESSIONS, lambda plan: plan.dataset.classes),
    Condition("2.2", "we apply the gridfit algorithm [17] on BU-3DFE and the method in [19] on Bosphorus", "projection",
              {BU3DFE: "gridfit", BOSPHORUS: "splat"}, lambda plan: plan.dataset.projection),
    Condition("3.1", "with two highest levels of intensity [...] with one level of intensity", "levels of intensity",
              {BU3DFE: (3, 4), BOSPHORUS: (1,)}, lambda plan: plan.dataset.intensities),
    Condition("3.1", "six basic expressions with one level of intensity: 360 scans of 60 subjects", "takes",
              {BOSPHORUS: "first"}, lambda plan: plan.dataset.takes),
    Condition("2.2", "we perform the following steps. Outlier Removal [...] Hole Filling [...] Noise Removal [...]",
              "spikes of the mesh removed above (mm)", None, lambda plan: plan.config.maps.spikes.height),
    Condition("2.2", "we calculate the standard deviation of the eight neighbors [...] greater than 0.6 sigma",
              "outlier rule", ("mean", 0.6),
              lambda plan: (plan.config.maps.outliers.rule, plan.config.maps.outliers.sigmas)),
    Condition("2.2", "If the depth difference [...] is greater [...], it is considered as an outlier and needs to be"
              " removed", "least height (mm) and greatest share of outliers", (0.0, 1.0),
              lambda plan: (plan.config.maps.outliers.floor, plan.config.maps.outliers.most_removed)),
    Condition("2.2", "Gaussian filtering with a sliding window size of 3x3 and sigma = 1", "smoothing (sigma)", 1.0,
              lambda plan: plan.config.maps.smooth_sigma),
    Condition("3.2", "resized to 1 x 112 x 112, 3 x 112 x 112, and 3 x 112 x 112", "size of the maps", 112,
              lambda plan: plan.config.maps.size),
    Condition("2.2", "on the cropped I_t (56x56)", "size of mask-1", 56, lambda plan: plan.config.masks.size, "masks"),
    Condition("2.2", "w(P, L) = 1 - 0.1 * d_M(P, L)", "fall of the masks", 0.1,
              lambda plan: plan.config.masks.fall, "masks"),
    Condition("2.2", "5x5 regions constitute the salient regions", "radius of mask-1", 2,
              lambda plan: plan.config.masks.radius_1, "masks"),
    Condition("2.2", "its weights are distributed in the range of 3x3", "radius of mask-2", 1,
              lambda plan: plan.config.masks.radius_2, "masks"),
    Condition("2.3", "features Y_t of 512 channels, Y_n and Y_d of 512", "width", 1.0,
              lambda plan: plan.networks.width),
    Condition("2.3", "features Y_n, Y_d of 512 x 4 x 4", "channels of F3DNet's last convolution", 512,
              lambda plan: plan.networks.f3dnet_channels[-1], "f3dnet"),
    Condition("2.3", "FC_1 becomes 256, which is further reduced to 128 by FC_2", "fully connected layers", (256, 128),
              lambda plan: plan.networks.fully_connected),
    Condition("2.3", "we use the backbone of pre-trained VGG16-BN to initialize the VGG16-BN-M", "start of VGG16-BN",
              "imagenet", lambda plan: plan.networks.pretrained, "vgg16_bn"),
    Condition("2.3", "we use the backbone of pre-trained VGG16-BN to initialize the VGG16-BN-M", "scale of the texture",
              "imagenet", lambda plan: plan.config.shards.texture, "vgg16_bn"),
    Condition("3.1", "60 subjects [...] fixed in all the experiments", "subjects", 60, lambda plan: plan.subjects),
    Condition("3.1", "60 subjects [...] fixed in all the experiments", "people of the repeats", "fixed",
              lambda plan: "drawn again" if plan.config.protocol.redraw else "fixed"),
    Condition("3.1", "randomly divided into ten folds", "folds", 10, lambda plan: plan.config.protocol.folds),
    Condition("3.1", "the average accuracy of 100 times of 10-fold cross-validation", "repeats", 100,
              lambda plan: plan.experiment.repeats),
    Condition("3.2", "we set the learning rate to 0.0001 in 70 epochs", "epochs", 70,
              lambda plan: plan.config.training.epochs),
    Condition("3.2", "we set the learning rate to 0.0001 in 70 epochs", "learning rate", 0.0001,
              lambda plan: plan.config.training.learning_rate),
    Condition("3.2", "we set the learning rate to 0.0001 in 70 epochs", "schedule of the learning rate", "constant",
              lambda plan: plan.config.training.schedule),
    Condition("3.2", "Adam optimizer with betas (0.9, 0.999)", "betas", (0.9, 0.999),
              lambda plan: plan.config.training.betas),
)  # fmt: skip


def departures(config: Config, dataset: str, experiment: str) -> list[str]:
    """In what an experiment on a dataset differs from the paper's, as text: "width 0.25 instead of 1.0"."""
    row = config.experiments[experiment]
    subjects = len(config.protocol.subject_lists.get(dataset, ())) or config.protocol.subjects
    plan = Plan(config, config.datasets[dataset], row, networks_of(row, config.networks), subjects)
    found = []
    for condition in CONDITIONS:
        named, value = condition.named, condition.value(plan)
        if isinstance(named, dict):
            named = named.get(plan.dataset.layout, value)
        if value != named and applies(condition, row):
            found.append(f"{condition.key} {_text(value)} instead of {_text(named)}")
    if config.protocol.validation and not row.is_ridge:
        found.append(_watched(config))  # "nine folds with 54 subjects are used for training" (section 3.1)
    return found if row.is_ridge else found + _augmentation(config.training)


def _augmentation(training: TrainingSettings) -> list[str]:
    """What training changes of scans; the paper names nothing."""
    texts = {
        "mirror images": training.mirror,
        f"turns of up to {training.turn:g} degrees": training.turn,
        f"shifts of up to {training.shift} pixels": training.shift,
        f"light changed by up to {1 + training.light:g} times": training.light,
        f"noise of {training.noise:g}": training.noise,
    }
    return [f"{text} in training" for text, is_on in texts.items() if is_on]


def _watched(config: Config) -> str:
    kept = ", the best epoch kept" if config.training.keep == BEST else ""
    return f"{config.protocol.validation} validation subjects left out of training{kept}"


def applies(condition: Condition, experiment: ExperimentSettings) -> bool:
    """Whether an experiment has what a Condition is about."""
    if condition.only == "masks":
        return experiment.has_skips
    return not condition.only or condition.only in experiment.streams.values()


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return " and ".join(map(str, value))
    return "none" if value is None else str(value)

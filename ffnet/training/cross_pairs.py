"""Two collections, one that trains and one that is tested: that they share their classes and no person."""

from collections.abc import Iterable, Mapping, Sequence

from ffnet.errors import InputError
from ffnet.networks.settings import ExperimentSettings, check_any_scan
from ffnet.settings import nearest
from ffnet.training.settings import CrossSettings

WHERE = "config.yaml: cross"


def check_cross(
    cross: CrossSettings, classes: Mapping[str, Sequence[str]], experiments: Mapping[str, ExperimentSettings]
) -> None:
    """Raises InputError unless each pair is two datasets with the same classes, and each experiment is one that can
    test any scan. classes: of each dataset. experiments: all rows, by name. Without pairs nothing is checked."""
    for pair in cross.pairs:
        for name in (pair.train, pair.test):
            if name not in classes:
                near = nearest(name, list(classes)) if classes else "[]"
                raise InputError(f"{WHERE}.pairs: there is no dataset '{name}'; did you mean '{near}'?")
        where = f"{WHERE}.pairs: {pair.train} and {pair.test}"
        if pair.train == pair.test:
            raise InputError(f"{where}: expected two datasets; within one, people are tested by cross-validation")
        if cross.pairs.count(pair) > 1:
            raise InputError(f"{where}: this pair is listed twice")
        class_names(classes[pair.train], classes[pair.test], cross.classes, where)
    for name in cross.experiments if cross.pairs else ():
        check_any_scan(name, experiments, f"{WHERE}.experiments")
        if cross.experiments.count(name) > 1:
            raise InputError(f"{WHERE}.experiments: '{name}' is listed twice")


def class_names(
    trained: Sequence[str], tested: Sequence[str], renamed: Mapping[str, str], where: str = WHERE
) -> list[str]:
    """For each class of the tested collection, in its order, its name in the training one.

    trained, tested: the classes. renamed: tested -> trained, for names that the training collection does not have.
    where: the pair in messages. Raises InputError that names the classes that only one of the collections has.
    """
    names = [name if name in trained else renamed.get(name, name) for name in tested]
    unknown = [name for name, found in zip(tested, names, strict=True) if found not in trained]
    untested = [name for name in trained if name not in names]
    if unknown or untested:
        sides = (("tested", unknown), ("training", untested))
        only = "; ".join(f"only the {side} collection has {', '.join(of)}" for side, of in sides if of)
        raise InputError(
            f"{where}: the classes differ: {only}. Set datasets.NAME.classes to those that both have, or say in"
            " cross.classes which class of the training collection each other one is"
        )
    return names


def check_new_people(name: str, trained: Iterable[str], tested: Iterable[str], same_layout: bool) -> None:
    """Raises InputError if somebody who is tested was trained on: that person's scans would not be new.

    name: of the experiment. trained, tested: names of subjects, which are the same person in one layout only.
    """
    both = sorted(set(trained) & set(tested)) if same_layout else []
    if both:
        raise InputError(
            f"{name} was trained on {len(both)} of these subjects, {both[0]} among them; evaluate it on other"
            " people, or use the accuracy of cross-validation in results/tables"
        )

import numpy as np
import pytest

from ffnet.expressions import EXPRESSIONS


@pytest.fixture
def write_runs(tmp_path):
    """A function that writes splits and runs of known predictions and returns (paths of runs, paths of splits)."""

    def write(experiment="FFNet-M", dataset="demo", repeats=3, folds=4, subjects=8, accuracy=0.7, seed=1):
        random = np.random.default_rng(seed)
        folder = tmp_path / "results" / dataset
        (folder / "splits").mkdir(parents=True, exist_ok=True)
        runs, splits = [], []
        for repeat in range(repeats):
            fold_of = np.random.default_rng(100 + repeat).permutation(subjects) % folds
            splits.append(folder / "splits" / f"{repeat}.csv")
            lines = [f"s{subject:02d},{fold}" for subject, fold in enumerate(fold_of)]
            splits[-1].write_text("\n".join(["subject,fold", *lines]) + "\n")
            for fold in range(folds):
                runs.append(folder / "runs" / experiment / str(repeat) / f"{fold}.csv")
                runs[-1].parent.mkdir(parents=True, exist_ok=True)
                tested = np.flatnonzero(fold_of == fold)
                lines = [_line(random, s, label, accuracy) for s in tested for label in range(6)]
                runs[-1].write_text("\n".join([f"scan,subject,label,{','.join(EXPRESSIONS)}", *sorted(lines)]) + "\n")
        return runs, splits

    return write


def _line(random, subject, label, accuracy):
    chosen = label if random.random() < accuracy else random.integers(6)
    values = random.dirichlet(np.ones(6)) * 0.4 + 0.6 * (np.arange(6) == chosen)
    texts = ",".join(f"{value:.8f}" for value in values)
    return f"s{subject:02d}_{EXPRESSIONS[label]},s{subject:02d},{EXPRESSIONS[label]},{texts}"


@pytest.fixture
def edit():
    """A function that replaces the first place where a piece of text stands in a file."""

    def replace(path, old, new):
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))

    return replace

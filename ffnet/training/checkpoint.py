"""What a run keeps in resume/: its state while it trains, and a copy of its outputs once it is finished.

A run that was killed continues from its state. The copies are needed because many jobs share one allocation of a
cluster: when one of them fails, or the allocation is cancelled, Snakemake deletes the outputs of all of them.
"""

from __future__ import annotations

import hashlib
import json
import os
import pathlib
import shutil
import time
from typing import TYPE_CHECKING

from ffnet.storage import atomic_path, write_text

if TYPE_CHECKING:
    from ffnet.training.run_features import Features
    from ffnet.training.state import TrainingState

FOLDER = "resume"
FORMAT = "ffnet-checkpoint-1"


def checkpoint_key(*parts: object) -> str:
    """Hex digits that differ whenever a part does: recipe, code, content of the inputs. parts: JSON values."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:24]


class Checkpoint:
    """The files of one run.

    folder: of this run alone. key: of all that its numbers depend on; files of another key are never used. every:
    seconds between two saves of the state. keeps_features: whether the run is only finished with its features.
    """

    def __init__(self, folder: str | os.PathLike, key: str, every: float, keeps_features: bool = False) -> None:
        self.folder = pathlib.Path(folder)
        self.state_path, self.outputs_path = self.folder / f"{key}.pt", self.folder / f"{key}.json"
        self.features_path, self.keeps_features = self.folder / f"{key}.h5", keeps_features
        self.every = every
        self.saved = time.monotonic()

    def outputs(self) -> tuple[str, str] | None:
        """The texts of the predictions and the record of a finished run, else None. A run that was finished without the
        features that are now kept is trained again."""
        if not self.outputs_path.exists() or (self.keeps_features and not self.features_path.exists()):
            return None
        predictions, record = json.loads(self.outputs_path.read_text("utf-8"))
        return predictions, record

    def finish(self, predictions: str, record: str, features: Features | None = None) -> None:
        """Keeps the outputs and deletes everything else of this run."""
        if features is not None:
            from ffnet.training.run_features import write_features  # most runs keep none

            write_features(self.features_path, features)
        write_text(self.outputs_path, json.dumps([predictions, record]))
        for path in self.folder.iterdir():
            if path not in (self.outputs_path, *([self.features_path] if features is not None else [])):
                path.unlink()

    def copy_features(self, path: str | os.PathLike) -> None:
        """Copies the features of a finished run to a file, whole or not at all."""
        with atomic_path(path) as temporary:
            shutil.copyfile(self.features_path, temporary)

    def delete(self) -> None:
        """Deletes all files of this run."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def save_if_due(self, state: TrainingState) -> None:
        """Writes the state if the last save was long enough ago."""
        if time.monotonic() - self.saved < self.every:
            return
        import torch  # a ridge run never needs it

        with atomic_path(self.state_path) as temporary:
            torch.save(state.state_dict() | {"format": FORMAT}, temporary)
        self.saved = time.monotonic()

    def restore(self, state: TrainingState) -> None:
        """Loads the saved state, if there is one. One that cannot be read or was computed on another kind of device is
        reported and ignored."""
        if not self.state_path.exists():
            return
        import torch

        from ffnet.networks.pretrained import UNREADABLE

        try:
            values = torch.load(self.state_path, map_location="cpu", weights_only=True)
            if values["format"] != FORMAT:
                raise ValueError(f"its format is {values['format']}")
        except UNREADABLE as error:
            print(f"{self.state_path}: not a whole checkpoint ({error}); starting over", flush=True)
            return
        if values["computed_on"] != state.computed_on():
            print(
                f"{self.state_path}: computed on {values['computed_on']}, not {state.computed_on()}; starting over",
                flush=True,
            )
            return
        state.load_state_dict(values)
        print(f"resuming at epoch {state.epoch + 1}, batch {state.batches_done + 1} ({self.state_path})", flush=True)


def forget_runs(dataset: str, experiment: str) -> None:
    """Deletes the checkpoints of an experiment's runs on a dataset."""
    shutil.rmtree(pathlib.Path(FOLDER, dataset, experiment), ignore_errors=True)

"""The state of an unfinished run on disk, so that one that was killed goes on where it was."""

from __future__ import annotations

import hashlib
import json
import os
import pathlib
import shutil
import time
from typing import TYPE_CHECKING

from ffnet.storage import atomic_path

if TYPE_CHECKING:
    from ffnet.training.progress import Progress

FORMAT = "ffnet-resume-1"


def state_key(*parts: object) -> str:
    """Hex digits that differ whenever a part does: settings, code, data, seed, threads. parts: JSON values."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:24]


class Keeper:
    """Saves and restores the state of one run.

    folder: of this run's states. key: of its settings, code and data; a state of another key is never taken up.
    every: seconds that must have passed since the last save.
    """

    def __init__(self, folder: str | os.PathLike, key: str, every: float) -> None:
        self.folder = pathlib.Path(folder)
        self.path = self.folder / f"{key}.safetensors"
        self.every = every
        self.saved = time.monotonic()

    def save_if_due(self, progress: Progress) -> None:
        """Writes the state if the last was long enough ago."""
        if time.monotonic() - self.saved < self.every:
            return
        from safetensors.torch import save_file  # imports torch, which a ridge run never needs

        tensors, notes = progress.state()
        tensors = {name: tensor.detach().contiguous() for name, tensor in tensors.items()}
        with atomic_path(self.path) as temporary:
            save_file(tensors, temporary, metadata={"format": FORMAT, "notes": json.dumps(notes)})
        self.saved = time.monotonic()

    def restore(self, progress: Progress) -> None:
        """Puts a saved state into a fresh Progress, if there is one; one that cannot be read is told and left alone."""
        if not self.path.exists():
            return
        from safetensors import SafetensorError, safe_open

        try:
            with safe_open(self.path, framework="pt") as file:
                notes = json.loads(file.metadata()["notes"])
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - it is no dict
        except (SafetensorError, OSError, KeyError, TypeError, ValueError) as error:
            print(f"{self.path}: not a whole state ({error}); beginning anew", flush=True)
            return
        if notes["computed"] != progress.computed():
            print(
                f"{self.path}: was computed on {notes['computed']}, not {progress.computed()}; beginning anew",
                flush=True,
            )
            return
        progress.take_up(tensors, notes)
        print(f"going on from epoch {progress.epoch + 1}, batch {progress.done + 1} ({self.path})", flush=True)

    def finish(self) -> None:
        """Deletes this run's states, those of other settings too: its outputs are written."""
        shutil.rmtree(self.folder, ignore_errors=True)

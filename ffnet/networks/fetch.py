"""torchvision's VGG16-BN, fetched once and held to the hash in its name; or put in place by hand."""

import http.client
import os
import re
import shutil
import urllib.request

from ffnet.errors import InputError
from ffnet.storage import atomic_path, sha256_of

PATIENCE = 60  # seconds that a server may be silent


def imagenet_url() -> str:
    """Where torchvision says its VGG16-BN weights are; the name ends in the first digits of their SHA-256."""
    from torchvision.models import VGG16_BN_Weights  # takes seconds to import

    return VGG16_BN_Weights.IMAGENET1K_V1.url


def fetch_weights(url: str, folder: str) -> str:
    """The path of a weight file in `folder`, whole and true to the hash in its name; fetched unless it is there.

    Raises InputError that says which file and where to put it, if it cannot be fetched or is another.
    """
    name = url.rpartition("/")[2]
    path = os.path.join(folder, name)
    if os.path.isfile(path):
        check_hash(path, name, f"delete it, and put {url} there or have it fetched again")
        return path
    by_hand = f"fetch it on any machine and put it here as {path}"
    print(f"fetching {url} to {path}")
    with atomic_path(path) as temporary:
        try:
            with urllib.request.urlopen(url, timeout=PATIENCE) as answer, open(temporary, "wb") as file:
                shutil.copyfileobj(answer, file)
        except (OSError, http.client.HTTPException) as error:
            raise InputError(f"{url}: cannot be fetched ({error}); {by_hand}") from error
        check_hash(temporary, name, f"what came from {url} was cut short or changed; try again, or {by_hand}")
    return path


def check_hash(path: str | os.PathLike, name: str, advice: str) -> None:
    """Raises InputError unless the SHA-256 of the file at `path` begins as `name` (...-6c64b313.pth) promises."""
    match, found = re.search(r"-([0-9a-f]{8,})\.", name), sha256_of(path)
    assert match, name
    promised = match[1]
    if not found.startswith(promised):
        raise InputError(f"{name}: its SHA-256 begins with {found[: len(promised)]}, not {promised}; {advice}")

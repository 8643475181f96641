"""torchvision's VGG16-BN, downloaded once or put in place by hand, and checked against the hash in its name.

torch.hub.download_url_to_file checks the hash, too, but waits forever for a server that falls silent.
"""

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
    """The path of a weight file in `folder`, whole and with the hash in its name; downloaded unless it is there.

    Raises InputError that says which file and where to put it, if it cannot be downloaded or has another hash.
    """
    name = url.rpartition("/")[2]
    path = os.path.join(folder, name)
    if os.path.isfile(path):
        check_hash(path, name, f"delete it, then start again or put {url} there")
        return path
    by_hand = f"download it on any machine and put it here as {path}"
    print(f"downloading {url} to {path}")
    with atomic_path(path) as temporary:
        try:
            with urllib.request.urlopen(url, timeout=PATIENCE) as answer, open(temporary, "wb") as file:
                shutil.copyfileobj(answer, file)
        except (OSError, http.client.HTTPException) as error:
            raise InputError(f"{url}: cannot be downloaded ({error}); {by_hand}") from error
        check_hash(temporary, name, f"the download from {url} is cut short or altered; try again, or {by_hand}")
    return path


def check_hash(path: str | os.PathLike, name: str, advice: str) -> None:
    """Raises InputError unless the SHA-256 of a file begins with the digits in `name` (...-6c64b313.pth)."""
    match, found = re.search(r"-([0-9a-f]{8,})\.", name), sha256_of(path)
    assert match, name
    promised = match[1]
    if not found.startswith(promised):
        raise InputError(f"{name}: its SHA-256 begins with {found[: len(promised)]}, not {promised}; {advice}")

"""Numbers that stand for names, the same on every machine and in every version of Python."""

import hashlib


def seed_of(*parts: object) -> int:
    """A whole number in [0, 2^63) from the parts' texts, for example seed_of(seed, "FFNet-M", repeat, fold)."""
    text = "\x1f".join(str(part) for part in parts)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1

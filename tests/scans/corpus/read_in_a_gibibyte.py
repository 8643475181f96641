"""Reads the files that its standard input lists, with no more than a gibibyte on top of what the imports took.

Standard input: JSON, pairs of kind and path. Standard output: a line of JSON a file, the outcome and the
seconds of processor, which other work on the machine does not stretch as it does the clock's.
"""

import hashlib
import json
import pathlib
import resource
import sys
import time

import cv2  # noqa: F401  what is loaded on demand must not count
import numpy as np
import scipy.spatial  # noqa: F401

from ffnet.errors import ScanError
from ffnet.scans.formats import bosphorus, bu3dfe, images, landmark_files

GIBIBYTE = 1 << 30


def main(picture):
    readers = {
        "wrl": lambda path: bu3dfe.read_bu3dfe(path, picture),
        "bnt": lambda path: bosphorus.read_bosphorus(path, picture, 100.0),
        "image": lambda path: [images.read_image(path)],
        "bnd": landmark_files.read_bnd,
        "lm3": lambda path: list(landmark_files.read_lm3(path).items()),
        "lm2": lambda path: list(landmark_files.read_lm2(path).items()),
    }
    taken = int(pathlib.Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (taken + GIBIBYTE, taken + GIBIBYTE))
    for kind, path in json.loads(sys.stdin.read()):
        start = time.process_time()
        try:
            got = readers[kind](path)
            digest = hashlib.sha256(b"".join(np.asarray(part).tobytes() for row in got for part in row)).hexdigest()
            sizes = got[0].shape if kind == "image" else (len(got[0]), len(got[1]))
            said = f"{sizes} picture" if kind == "image" else "{} vertices, {} triangles".format(*sizes)
            outcome = f"read: {said} {digest}"
        except ScanError as error:
            outcome = str(error)
        print(json.dumps([outcome, time.process_time() - start]), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])

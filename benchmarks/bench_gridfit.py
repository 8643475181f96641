"""gridfit of depth alone and of depth with three texture channels on 112 x 112 nodes, against pygridfit.

    python benchmarks/bench_gridfit.py

Both with triangle interpolation, the gradient regulariser and smoothness 1, on the same points, each in one thread.
pygridfit fits one column of values; it is given the depth.
"""

import contextlib
import io
import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # before numpy is loaded

import numpy as np
from rounds import print_times, time_in_turn

from ffnet.maps.gridfit import gridfit

with contextlib.redirect_stdout(io.StringIO()):  # it greets on import
    from pygridfit import GridFit

ROUNDS = 9
NODES = np.linspace(-70, 70, 112)
DEPTH, ALL, PEER = "ffnet gridfit, depth", "ffnet gridfit, depth and texture", "pygridfit, depth"


def make_points(count):
    """x, y (N,), and depth and three colours (N, 4) of a noisy dome."""
    random = np.random.default_rng(0)
    x, y = random.uniform(-70, 70, (2, count))
    depth = 100 - (x**2 + y**2) / 90 + random.normal(0, 0.2, count)
    return x, y, np.column_stack([depth, random.uniform(0, 255, (count, 3))])


def main():
    for count in (8000, 20000):
        x, y, values = make_points(count)
        fits = {
            DEPTH: lambda x=x, y=y, values=values: gridfit(x, y, values[:, 0], NODES, NODES),
            ALL: lambda x=x, y=y, values=values: gridfit(x, y, values, NODES, NODES),
            PEER: lambda x=x, y=y, values=values: GridFit(x, y, values[:, 0], NODES, NODES, smoothness=1).fit().zgrid,
        }
        apart = np.abs(fits[DEPTH]() - fits[PEER]()).max()
        print(f"\n{count} points; the two depths differ by at most {apart:.1e} mm; {ROUNDS} rounds")
        seconds = time_in_turn(fits, ROUNDS)
        print_times(seconds, ALL)
        for name in (DEPTH, ALL):
            print(f"pygridfit's depth takes {min(seconds[PEER]) / min(seconds[name]):.2f} times as long as {name}")


if __name__ == "__main__":
    main()

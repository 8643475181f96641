"""Named functions timed in turn, round after round, so that a busy machine slows all of them alike."""

import statistics
import time


def time_in_turn(functions, rounds):
    """{name: seconds of each round} for {name: function without arguments}."""
    seconds = {name: [] for name in functions}
    for _ in range(rounds):
        for name, function in functions.items():
            start = time.perf_counter()
            function()
            seconds[name].append(time.perf_counter() - start)
    return seconds


def print_times(seconds, ours):
    """A line for each name: best and median in milliseconds, and how many times the best of `ours` its best is."""
    width = max(map(len, seconds)) + 2
    print(f"{'':{width}}{'best, ms':>10}{'median, ms':>12}{'times ours':>12}")
    for name, times in seconds.items():
        best, median = min(times) * 1e3, statistics.median(times) * 1e3
        print(f"{name:{width}}{best:10.1f}{median:12.1f}{best / (min(seconds[ours]) * 1e3):12.2f}")

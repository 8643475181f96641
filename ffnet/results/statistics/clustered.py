"""An interval over people, of whom each was tested several times."""

import numpy as np


def clustered_interval(right: np.ndarray, subject: np.ndarray, confidence: float) -> tuple[float, float]:
    """(low, high) of the share of tests that are right, cut to [0, 1], where people are the sample and not their tests.

    right: (n,) bool, whether a test was classified correctly. subject: (n,) of whom. With n_i tests of person i, r_i of
    them right, and p = sum r_i / sum n_i, the squared standard error is m / (m - 1) * sum (r_i - p n_i)^2 / (sum n_i)^2
    over m people: W. G. Cochran, Sampling Techniques, 1977, chapter 3, on clusters. Student's t with m - 1
    degrees of freedom. Where all have as many tests it is the interval of the mean of their shares. Other networks
    from other people are not in it: the training is taken as given. NaN for one person, and where all shares are equal.
    """
    from scipy.special import stdtrit

    _, number = np.unique(subject, return_inverse=True)
    tests, correct = np.bincount(number), np.bincount(number, right)
    share, people = correct.sum() / tests.sum(), len(tests)
    residuals = correct - share * tests
    if people == 1 or np.allclose(residuals, 0, atol=1e-9):
        return np.nan, np.nan
    error = np.sqrt(people / (people - 1) * (residuals**2).sum()) / tests.sum()
    reach = stdtrit(people - 1, (1 + confidence) / 2) * error
    return max(share - reach, 0.0), min(share + reach, 1.0)

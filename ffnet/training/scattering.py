"""The wavelet scattering transform of pictures (Bruna and Mallat, 2013), features for a linear classifier.

A picture is convolved with Morlet wavelets of J scales and L directions, the absolute values again with those of larger
scales, and all of them averaged over 2^J pixels. Pictures are taken as periodic; maps are 0 around the face.
"""

import functools

import numpy as np

SCALES, DIRECTIONS = 3, 8  # J and L
PATHS = 1 + SCALES * DIRECTIONS + SCALES * (SCALES - 1) // 2 * DIRECTIONS**2  # 217
PERIODS = np.arange(-2, 3)  # of the spectrum, over which a filter is summed


def scattering(pictures: np.ndarray) -> np.ndarray:
    """The scattering coefficients of pictures up to the second order, (n, PATHS, S / 8, S / 8) float32.

    pictures: (n, S, S), S a multiple of 8. The order: the mean, the first order by scale and direction, the second by
    both wavelets of its path.
    """
    wavelets, mean = _filters(pictures.shape[1])
    spectra = np.fft.fft2(pictures.astype(np.float32))
    found, second = [_averaged(spectra, mean)], []
    for scale, direction in np.ndindex(SCALES, DIRECTIONS):
        once = np.fft.fft2(np.abs(np.fft.ifft2(spectra * wavelets[scale, direction])))
        found.append(_averaged(once, mean))
        for larger, other in np.ndindex(SCALES, DIRECTIONS):
            if larger > scale:
                twice = np.fft.fft2(np.abs(np.fft.ifft2(once * wavelets[larger, other])))
                second.append(_averaged(twice, mean))
    return np.stack([*found, *second], axis=1).astype(np.float32)


def _averaged(spectra: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """Pictures averaged by the filter `mean`, every 2^J-th pixel, from their spectra."""
    count, side = len(spectra), spectra.shape[1]
    step, coarse = 2**SCALES, side // 2**SCALES
    folded = (spectra * mean).reshape(count, step, coarse, step, coarse).mean(axis=(1, 3))
    return np.fft.ifft2(folded).real


@functools.cache
def _filters(side: int) -> tuple[np.ndarray, np.ndarray]:
    """Spectra of the wavelets, (J, L, side, side), and of the averaging Gaussian, (side, side); real numbers."""
    wavelets = np.empty((SCALES, DIRECTIONS, side, side), np.float32)
    for scale, direction in np.ndindex(SCALES, DIRECTIONS):
        angle = (DIRECTIONS - DIRECTIONS // 2 - 1 - direction) * np.pi / DIRECTIONS
        frequency = 3 / 4 * np.pi / 2**scale
        wavelets[scale, direction] = morlet_spectrum(side, 0.8 * 2**scale, angle, frequency, 4 / DIRECTIONS)
    return wavelets, gabor_spectrum(side, 0.8 * 2 ** (SCALES - 1), 0.0, 0.0, 1.0).astype(np.float32)


def morlet_spectrum(side: int, sigma: float, angle: float, frequency: float, slant: float) -> np.ndarray:
    """A Gabor wavelet less its envelope, so that its mean is 0; see gabor_spectrum."""
    wave, envelope = (gabor_spectrum(side, sigma, angle, f, slant) for f in (frequency, 0.0))
    return wave - wave[0, 0] / envelope[0, 0] * envelope


def gabor_spectrum(side: int, sigma: float, angle: float, frequency: float, slant: float) -> np.ndarray:
    """The spectrum (side, side) of a Gaussian times a wave, sampled in pixels and made periodic.

    sigma: pixels, along the wave; across it, sigma / slant. angle, frequency: of the wave, in radians and per pixel.
    """
    axis = 2 * np.pi * (np.fft.fftfreq(side)[:, None] + PERIODS)
    rows, columns = axis[:, :, None, None], axis[None, None]
    along = rows * np.cos(angle) + columns * np.sin(angle) - frequency
    across = columns * np.cos(angle) - rows * np.sin(angle)
    values = np.exp(-(sigma**2) / 2 * (along**2 + (across / slant) ** 2))
    return values.sum(axis=(1, 3))

# SPDX-License-Identifier: Apache-2.0
"""The sound of all cases: band-limited noise that never repeats, known at any instant and any sample rate.

A signal of known spectrum is the same continuous sound at every rate, so that a piece of it, taken from anywhere,
coded and resampled, can be found again by correlation.
"""

import functools

import numpy

PERIOD_S = 20  # every clip is shorter
LOWEST_HZ, HIGHEST_HZ = 300, 2900  # what a codec for telephones keeps
RMS = 0.1


@functools.lru_cache(maxsize=32)
def _period(seed, rate):
    size = PERIOD_S * rate
    bins = numpy.arange(LOWEST_HZ * PERIOD_S, HIGHEST_HZ * PERIOD_S)
    phases = numpy.random.default_rng(seed).uniform(0, 2 * numpy.pi, len(bins))
    spectrum = numpy.zeros(size // 2 + 1, dtype=complex)
    spectrum[bins] = numpy.exp(1j * phases)
    signal = numpy.fft.irfft(spectrum, size)
    signal *= RMS / numpy.sqrt(numpy.mean(signal**2))
    # Syllables: a level that moves as speech does, without pauses.
    moments = numpy.arange(size) / rate
    signal *= 0.4 + 1.0 * numpy.sin(numpy.pi * (2.5 * moments + 0.1 * seed % 1)) ** 2
    return signal.astype(numpy.float32)


def sound(seed, rate, samples, channels=1, first=0):
    """float32[samples, channels]; each channel is another noise. `first`: sample of the signal to begin with."""
    if first + samples > PERIOD_S * rate:
        raise ValueError("the signal is shorter than that")
    return numpy.stack([_period(seed * 16 + c, rate)[first:first + samples] for c in range(channels)], axis=1)


def find(piece, within, expected, reach):
    """Where `piece` is in `within` (both float arrays, same rate), looked for from expected - reach to expected + reach.

    Returns (position, likeness, gain): position in samples with a fraction, likeness is the correlation coefficient at
    the best place (0 to 1), gain what `piece` was multiplied by. None when nothing of `within` is in reach.
    """
    first = max(int(expected) - reach, 0)
    last = min(int(expected) + reach + len(piece), len(within))
    area = within[first:last].astype(float)
    if len(area) < len(piece):
        return None
    size = 1 << (len(area) + len(piece)).bit_length()
    products = numpy.fft.irfft(numpy.fft.rfft(area, size) * numpy.conj(numpy.fft.rfft(piece, size)), size)
    products = products[:len(area) - len(piece) + 1]
    sums = numpy.concatenate([[0.0], numpy.cumsum(area**2)])
    energies = numpy.maximum(sums[len(piece):] - sums[:-len(piece)], 1e-9)
    own = max(float(numpy.dot(piece.astype(float), piece)), 1e-9)
    likeness = products / numpy.sqrt(energies * own)
    best = int(numpy.argmax(likeness))
    fraction = 0.0
    if 0 < best < len(likeness) - 1:
        before, at, behind = likeness[best - 1:best + 2]
        bend = before - 2 * at + behind
        fraction = 0.5 * (before - behind) / bend if bend < 0 else 0.0
    gain = float(numpy.sqrt(own / energies[best]))
    return first + best + fraction, float(likeness[best]), gain

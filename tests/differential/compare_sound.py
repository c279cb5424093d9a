# SPDX-License-Identifier: Apache-2.0
"""A prepared voice against what ffmpeg hears in the source, piece by piece from begin to end."""

from fractions import Fraction
from math import floor, log10

import numpy

import noise
from difference import Difference
from oracle import ANALYSIS_HZ, resampled

LIMIT_S = 15
MP3_FRAME = 1152
PIECE = ANALYSIS_HZ // 10
POSITION_S = 0.001
LEVEL_DB = 0.5
LIKE = 0.90  # what coding leaves of a piece is more like it than this
SILENT_RMS, QUIET_RMS = 0.0005, 0.004  # of the source; of the clip, where MP3 smears sound into silence
SMEAR = ANALYSIS_HZ // 20
# A piece across a jump is like nothing when its parts are within a millisecond of their places, but not of each other: the
# parts are looked for alone. Coding smears what is nearer to the jump than this; shorter parts than that say little.
EDGE, LEAST_PART = ANALYSIS_HZ // 160, ANALYSIS_HZ // 40
REACH = ANALYSIS_HZ // 20
MOST_ASTRAY = 4

# layout: what each channel counts in (left, right) of the mix that docs/sound.md describes
MIXES = {
    "3.0": [(0.5, 0), (0, 0.5), (1, 1)],
    "quad": [(1, 0), (0, 1), (0.5, 0), (0, 0.5)],
    "4.0": [(0.5, 0), (0, 0.5), (1, 1), (0.25, 0.25)],
    "quad(side)": [(1, 0), (0, 1), (0.5, 0), (0, 0.5)],
    "5.0": [(0.5, 0), (0, 0.5), (1, 1), (0.25, 0), (0, 0.25)],
    "5.0(side)": [(0.5, 0), (0, 0.5), (1, 1), (0.25, 0), (0, 0.25)],
    "5.1": [(0.5, 0), (0, 0.5), (1, 1), (0, 0), (0.25, 0), (0, 0.25)],
    "5.1(side)": [(0.5, 0), (0, 0.5), (1, 1), (0, 0), (0.25, 0), (0, 0.25)],
    "7.1": [(0.5, 0), (0, 0.5), (1, 1), (0, 0), (0.25, 0), (0, 0.25), (0.25, 0), (0, 0.25)],
}


def compare(case, source, pictures, made, video_said):
    """Differences. `source`: oracle.Sound, `pictures`: oracle.Pictures of the same file or None, `made`:
    prepared.MadeAudio, `video_said`: the picture's document."""
    found = _documented(made)
    heard = mixed(source)
    if made.samples.shape[1] != heard.shape[1]:
        found.append(Difference("sound_channels", f"{made.samples.shape[1]} instead of {heard.shape[1]}"))
        return found
    offset = _offset(case, source, pictures, made, video_said)
    found += _length(case, source, made, offset)
    wanted, clip = resampled(heard, source.rate), resampled(made.samples, made.rate)
    for channel in range(clip.shape[1]):
        edges = [(edge / source.rate - offset) * ANALYSIS_HZ for edge in source.edges]
        found += _pieces(case, wanted[:, channel], clip[:, channel], offset * ANALYSIS_HZ, edges, f"channel {channel}")
    return found


def mixed(source):
    """The source's channels as the clip is to have them."""
    if source.samples.shape[1] <= 2:
        return source.samples
    if source.layout == "unknown":  # unmarked channels are all heard on both sides
        return numpy.repeat(source.samples.sum(axis=1, keepdims=True), 2, axis=1)
    return source.samples @ numpy.array(MIXES[source.layout], numpy.float32)


def _documented(made):
    found = []
    if made.said["audio"]["samples"] != len(made.samples):
        found.append(Difference("sound_count_reported", f"{made.said['audio']['samples']} samples reported, "
                                f"{len(made.samples)} decoded"))
    if len(made.samples) > LIMIT_S * made.rate:
        found.append(Difference("sound_limit", f"{len(made.samples) / made.rate:.6f} s"))
    return found


def _offset(case, source, pictures, made, video_said):
    """Seconds of the source's sound that are before the clip's first sample; below 0: silence comes first."""
    if case.asked("--same-take") is None:
        return float(made.said["source_window"]["start_s"])
    return float(pictures.origin - source.start) + float(video_said["source_window"]["start_s"])


def longest(rate):
    """What the clip may hold at most: docs/media.md, the 15-second promise."""
    return (floor(Fraction(LIMIT_S * rate, MP3_FRAME)) - 2) * MP3_FRAME / rate


def _length(case, source, made, offset):
    length = len(made.samples) / made.rate
    window = made.said["source_window"]
    found = []
    if case.asked("--same-take") is not None or case.asked("--window") is not None:
        return found  # the position of every piece is compared; the end is another's choice
    start = float(case.asked("--audio-start") or case.asked("--start") or 0)
    asked = case.asked("--audio-duration") or case.asked("--duration")
    end = min(source.length_s, start + float(asked)) if asked else source.length_s
    if abs(start - window["start_s"]) > POSITION_S:
        found.append(Difference("sound_window", f"starts at {window['start_s']} s, asked for {start}"))
    whole = end - start
    most = longest(made.rate)
    # Timestamps that jitter tell the end no better than any other place.
    slack = POSITION_S + case.audio["jitter_ms"] / 1000 + 1 / made.rate + (3 * MP3_FRAME / made.rate if made.said["action"] in ("cut",) else 0)
    least = min(whole - source.padding_s, most) - slack
    if whole > most and case.asked("--cut") != "exact" and not asked:
        least = most - 3.1  # the last pause before the limit
    if not least <= length <= min(whole, LIMIT_S) + slack:
        found.append(Difference("sound_length", f"{length:.6f} s of {whole:.6f} s (at most {most:.6f} s)"))
    return found


def parts(length, edges):
    """(first, behind) of each piece of a clip, cut where time jumps."""
    last = length - PIECE
    for first in sorted({*range(0, last, PIECE), last}):
        cuts = [edge for edge in sorted(edges) if first - EDGE < edge < first + PIECE + EDGE]
        begins, ends = [first, *(round(cut) + EDGE for cut in cuts)], [*(round(cut) - EDGE for cut in cuts), first + PIECE]
        for begin, end in zip(begins, ends):
            begin, end = max(begin, first), min(end, first + PIECE)
            if end - begin >= (LEAST_PART if cuts else PIECE):
                yield begin, end


def _pieces(case, wanted, clip, offset, edges, which):
    gains, astray = [], []
    if len(clip) < PIECE:  # so short a source can't be placed; its length was compared
        return [] if len(wanted) < PIECE else [Difference("sound_short", f"{len(clip) / ANALYSIS_HZ:.3f} s")]
    margin = numpy.zeros(ANALYSIS_HZ, numpy.float32)  # silence before and after, for positions outside
    around = numpy.concatenate([margin, wanted, margin])
    allowed = (POSITION_S + case.audio["jitter_ms"] / 1000) * ANALYSIS_HZ
    for first, behind in parts(len(clip), edges):
        piece, place = clip[first:behind], first + offset + len(margin)
        there = around[max(int(place) - SMEAR, 0):int(place) + len(piece) + SMEAR]
        at = f"{which} at {first / ANALYSIS_HZ:.2f} s"
        if not len(there) or _rms(there) < SILENT_RMS:
            if _rms(piece) > QUIET_RMS:
                astray.append(Difference("sound_in_silence", f"{at}: the source is silent"))
        elif _rms(around[max(int(place), 0):int(place) + len(piece)]) > 20 * SILENT_RMS:  # else the edge of a silence
            match = noise.find(piece, around, place, REACH)
            if match is None or match[1] < LIKE or abs(match[0] - place) > allowed:
                astray.append(_astray(piece, around, place, match, at))
            else:
                gains.append((SMEAR <= first and behind <= len(clip) - SMEAR, match[2]))
        if len(astray) == MOST_ASTRAY:
            break
    # A piece across a jump is like nothing; the ones behind it say more.
    astray.sort(key=lambda difference: difference.kind == "sound_strange")
    return astray[:1] or _level(gains, which)


def _rms(piece):
    return float(numpy.sqrt(numpy.mean(piece.astype(float) ** 2))) if len(piece) else 0.0


def _astray(piece, around, place, match, at):
    everywhere = noise.find(piece, around, len(around) // 2, len(around))
    best = max([m for m in (match, everywhere) if m is not None], key=lambda m: m[1])
    if best[1] < LIKE:
        return Difference("sound_strange", f"{at}: only {best[1]:.2f} like anything in the source")
    return Difference("sound_position", f"{at}: {(best[0] - place) / ANALYSIS_HZ * 1000:+.2f} ms from its place")


def _level(gains, which):
    """`gains`: (whether the piece is inside, gain). Coding takes from a sound that begins or ends at once, and a short
    clip has few other pieces."""
    chosen = [gain for inside, gain in gains if inside] or [gain for _, gain in gains]
    if not chosen:
        return []
    level = 20 * log10(max(float(numpy.median(chosen)), 1e-6))
    return [] if abs(level) <= LEVEL_DB else [Difference("sound_level", f"{which}: {level:+.2f} dB")]

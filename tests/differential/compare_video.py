# SPDX-License-Identifier: Apache-2.0
"""A prepared picture against what ffmpeg shows of the source."""

from fractions import Fraction
from math import floor

import picture
from difference import Difference

RECOMMENDED = [Fraction(24000, 1001), Fraction(24), Fraction(25), Fraction(30000, 1001), Fraction(30)]
LIMIT_S = 15
COLOR_DISTANCE = 7  # ΔE of a patch; lossy coding of the source and of the clip is in it
MOST_CUT_LOSS_S = Fraction(1, 4)  # max_cut_loss_s: what a copied cut may lose at its end


def compare(case, source, made):
    """Differences; `source`: oracle.Pictures, `made`: prepared.MadeVideo."""
    found = []
    found += _rate(case, made)
    found += _numbers_and_times(case, source, made)
    found += _length(source, made)
    found += _shape(source, made)
    found += _colors(case, made)
    return found


# The rate that a constant one becomes; those whose nearest is a matter of rounding are left out.
BECOMES = {"50": "25", "60000/1001": "30000/1001", "60": "30", "15": "30", "12": "24", "10": "30", "100": "25"}


def _rate(case, made):
    found = [] if made.even else [Difference("video_uneven", "the frames are not equally long, from 0 on")]
    drawn = case.video["rate"]
    constant = case.video["timing"]["kind"] in ("constant", "held_last")
    if case.asked("--fps") == "keep":
        wanted = Fraction(drawn) if constant else None
    elif constant and (drawn in BECOMES or Fraction(drawn) in RECOMMENDED):
        wanted = Fraction(BECOMES.get(drawn, drawn))
    else:
        wanted = made.fps if made.fps in RECOMMENDED else RECOMMENDED[0]
    if wanted is not None and abs(made.fps - wanted) > wanted / 5000:
        found.append(Difference("video_rate", f"{made.fps} instead of {wanted}"))
    return found


def window_start(made):
    return Fraction(str(made.said["source_window"]["start_s"]))


def _numbers_and_times(case, source, made):
    """Every frame of the clip against what the source shows at that moment, to half a frame."""
    found = []
    if None in made.numbers:
        return [Difference("video_unreadable", f"{made.numbers.count(None)} of {len(made.numbers)} numbers can't be read, "
                           f"the first of frame {made.numbers.index(None)}")]
    if made.said["video"]["frames"] != len(made.numbers):
        found.append(Difference("video_count_reported", f"{made.said['video']['frames']} frames reported, "
                                f"{len(made.numbers)} decoded"))
    start = source.origin + window_start(made)
    slack = max(1 / made.fps, min(source.interval, 2 / made.fps)) / 2 + Fraction(1, 1000)
    shown = {}
    ends = source.times[1:] + [source.end]
    for number, begin, end in zip(source.numbers, source.times, ends):
        first, last = shown.get(number, (begin, end))
        shown[number] = (min(first, begin), max(last, end))
    worst, where = Fraction(0), None
    for k, number in enumerate(made.numbers):
        moment = start + k / made.fps
        if number not in shown:
            return found + [Difference("video_strange", f"frame {k} shows {number}, which the source never shows")]
        begin, end = shown[number]
        off = max(begin - moment, moment - end, Fraction(0))
        if off > worst:
            worst, where = off, k
    if worst > slack:
        found.append(Difference("video_time", f"frame {where} shows {made.numbers[where]}, {float(worst):.4f} s from its "
                                f"time in the source (allowed {float(slack):.4f})"))
    if any(later < earlier for earlier, later in zip(made.numbers, made.numbers[1:])):
        found.append(Difference("video_order", "the frames go back"))
    return found + _completeness(source, made)


def is_constant(source, fps):
    """Are the source's frames on a grid of 1 / fps, except for rounding?"""
    return all(abs((time - source.times[0]) * fps - i) < Fraction(1, 8) for i, time in enumerate(source.times))


def _completeness(source, made):
    """A constant source at its own rate: every frame of the window once."""
    if not is_constant(source, made.fps):
        return []
    first = source.numbers.index(made.numbers[0])  # its time was compared
    count = min(len(made.numbers), len(source.numbers) - first)
    wanted = source.numbers[first:first + count]
    if made.numbers[:count] == wanted:
        return []
    at = next(i for i, (a, b) in enumerate(zip(made.numbers, wanted)) if a != b)
    return [Difference("video_frames", f"frame {at} shows {made.numbers[at]} instead of {wanted[at]}, although the rate is the "
                       "source's own")]


def _length(source, made):
    """As long as the window, to half a frame; a copied cut may lose a quarter of a second."""
    length = len(made.numbers) / made.fps
    found = []
    if length > LIMIT_S:
        found.append(Difference("video_limit", f"{float(length):.6f} s"))
    if abs(Fraction(str(made.said["duration_s"])) - length) > Fraction(1, 1000000):
        found.append(Difference("video_length_reported", f"{made.said['duration_s']} s reported, {float(length):.6f} s decoded"))
    window = made.said["source_window"]
    start, end = Fraction(str(window["start_s"])), Fraction(str(window["end_s"]))
    wanted = min(end, source.end - source.origin) - start
    most = floor(LIMIT_S * made.fps) / made.fps
    wanted = min(wanted, most)
    slack = Fraction(1, 2) / made.fps + Fraction(2, 1000)
    least = wanted - slack - (MOST_CUT_LOSS_S if made.said["action"] == "cut" else 0)
    if not least <= length <= wanted + slack + Fraction(1, 2) / made.fps:
        found.append(Difference("video_length", f"{float(length):.4f} s for a window of {float(wanted):.4f} s"))
    return found


def expected_window(case, source):
    """(start, end) in seconds from the first frame, of the user's flags. What can't be decoded at the beginning is left
    out."""
    start = case.asked("--video-start") or case.asked("--start") or "0"
    length = case.asked("--video-duration") or case.asked("--duration")
    start = Fraction(start)
    end = source.end - source.origin
    return max(start, source.times[0] - source.origin), min(end, start + Fraction(length)) if length else end


def compare_window(case, source, made):
    """The window that the document names against the flags; not for a common take, whose window is chosen."""
    if case.asked("--same-take") is not None:
        return []
    start, end = expected_window(case, source)
    window = made.said["source_window"]
    said_start, said_end = Fraction(str(window["start_s"])), Fraction(str(window["end_s"]))
    found = []
    frame = max(source.interval, 1 / made.fps)
    if abs(said_start - start) > frame:
        found.append(Difference("video_window", f"starts at {float(said_start):.4f} s, asked for {float(start):.4f} s"))
    limit = min(end, said_start + LIMIT_S)
    slack = frame / 2 + Fraction(2, 1000) + (MOST_CUT_LOSS_S if made.said["action"] == "cut" else 0)
    if not limit - slack - frame <= said_end <= limit + frame:
        found.append(Difference("video_window", f"ends at {float(said_end):.4f} s, should be {float(limit):.4f} s"))
    return found


def _shape(source, made):
    """Width by height as the source is to be seen: even numbers, and at most a row or column is lost."""
    low = Fraction(made.width - 2, made.height + 2)
    high = Fraction(made.width + 2, made.height - 2)
    if low <= source.shape <= high:
        return []
    return [Difference("video_shape", f"{made.width}x{made.height}, but the source is {float(source.shape):.4f} wide to 1")]


def _colors(case, made):
    """Every patch in its place, with its colour: also tells pictures that are turned, mirrored or cropped."""
    worst = max(picture.PATCHES, key=lambda name: picture.distance(made.patches[name], wanted_color(case, name)))
    off = picture.distance(made.patches[worst], wanted_color(case, worst))
    if off <= COLOR_DISTANCE:
        return []
    shown = tuple(round(v, 2) for v in made.patches[worst])
    return [Difference("video_color", f"{worst} is {shown} instead of {tuple(round(v, 2) for v in wanted_color(case, worst))}, "
                       f"ΔE {off:.1f}")]


def wanted_color(case, name):
    rgb = picture.PATCHES[name][1]
    if case.video["colors"] == "bt2020":
        return picture.from_bt2020(rgb)
    return rgb

# SPDX-License-Identifier: Apache-2.0
"""Makes a failing case smaller: drops one oddity after the other for as long as it fails in the same way."""

import explained
from case import PLAIN_AUDIO, PLAIN_VIDEO
from judge import judge
from tools import GeneratorError

MOST_TRIES = 80


def shrink(react1, case, kinds, folder):
    """(the smallest case that still differs in one of `kinds`, its unexplained differences)."""
    kinds = set(kinds)
    best, shown = case, _differences(react1, case, folder)
    tries, progress = 0, True
    while progress:
        progress = False
        for step in steps():
            candidate = step(best)
            if candidate is None or candidate.to_json() == best.to_json() or tries >= MOST_TRIES:
                continue
            tries += 1
            found = _differences(react1, candidate, folder)
            if kinds & {difference.kind for difference in found}:
                best, shown, progress = candidate, found, True
    return best, shown


def _differences(react1, case, folder):
    try:
        judgement = judge(react1, case, folder)
    except (GeneratorError, ValueError, ZeroDivisionError):
        return []
    return [d for d in judgement.differences if not explained.reason(case, d)]


def steps():
    """Functions that give a case with less in it, or None where there is nothing to leave out; the largest steps first."""
    yield lambda case: _with(case, audio=None, one_file=False, ask=_without(case, "--same-take")) if case.video else None
    yield lambda case: None if case.one_file or not case.audio else _with(case, video=None)
    for last in range(3):
        yield lambda case, n=last: _with(case, ask=case.ask[:n] + case.ask[n + 1:]) if len(case.ask) > n else None
    for clip, plain in (("video", PLAIN_VIDEO), ("audio", PLAIN_AUDIO)):
        for name in plain:
            yield lambda case, c=clip, n=name, p=plain: _plainer(case, c, n, p)
        # Where the plain codec and container need each other.
        yield lambda case, c=clip, p=plain: _plainer(case, c, "container", p, also=("codec", "pixels", "bitrate_k", "mux"))


def _plainer(case, clip, name, plain, also=()):
    """The case with the plain value of one option, and of those that hang on it."""
    options = getattr(case, clip)
    if not options or options[name] == plain[name]:
        return None
    hanging = {"layout": ("channels",), "codec": ("pixels", "bitrate_k")}.get(name, ()) + tuple(also)
    return _with(case, **{clip: {**options, **{other: plain[other] for other in (name, *hanging) if other in plain}}})


def _without(case, flag):
    return [other for other in case.ask if other[0] != flag]


def _with(case, **changes):
    changed = case.copy()
    for name, value in changes.items():
        setattr(changed, name, value)
    if changed.one_file and changed.video and changed.audio:
        changed.audio["container"] = changed.video["container"]
    return changed

#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""How well the program hears: where it finds speech, where it takes the voice to end, and where it cuts.

    tests/bench/hearing.py build/dev/react1 --speech FOLDER [--only WORD]

Mixes labelled speech (FOLDER with labels.json: {"files": {name: {"speech": [[start, end], ...]}}}, 16 kHz mono WAV) and
speech of espeak-ng with levels from -20 to -60 dBFS, room tone, hum, noise, babble and keys, runs `react1 plan --json`
on each mix and compares. A program that doesn't print `speech` yet is judged by the rule it had: a fixed gate of
-45 dBFS, three blocks of 10 ms in a row. Needs numpy, ffmpeg and espeak-ng; development only. See docs/sound.md.
"""
import argparse
import json
import pathlib
import subprocess
import tempfile
import wave
from concurrent.futures import ThreadPoolExecutor

import numpy as np

RATE = 16000
LIMIT_S = 14.952  # what an MP3 of 48 kHz holds
RANDOM = np.random.default_rng(7)
TEXTS = [
    ("en", 150, "The quick brown fox jumps over the lazy dog. Nobody saw it, except for a small child at the window. "
                "Then it was gone, and silence returned."),
    ("de", 140, "Good morning. Today we look at three things: first, the weather; second, the news; and third, what "
                "you can do about both of them."),
    ("en-us", 180, "Sixty six sheep stood still. Fish! Chips! A plate of each, please. That is all."),
]
# Sounds that only a detector of speech can tell from it; counted apart.
EXEMPT = ("music", "breath", "song")


def gain(decibels):
    return 10 ** (decibels / 20)


def rms(samples):
    return np.sqrt(np.mean(samples ** 2) + 1e-20)


def load(path):
    with wave.open(str(path)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(float) / 32768


def save(path, samples):
    with wave.open(str(path), "w") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.clip(np.round(samples * 32768), -32768, 32767).astype("<i2").tobytes())


def coloured(count, slope):
    """Noise whose power falls with frequency to the power of `slope`: 0 white, 1 pink, 2 brown. RMS 1."""
    spectrum = np.fft.rfft(RANDOM.standard_normal(count))
    frequency = np.arange(len(spectrum)) / count * RATE
    spectrum = spectrum / np.maximum(frequency, 20.0) ** (slope / 2)
    spectrum[0] = 0
    samples = np.fft.irfft(spectrum, count)
    return samples / rms(samples)


def hum(count, frequency=50):
    time = np.arange(count) / RATE
    overtones = [(1, 1), (2, .5), (3, .3), (5, .15), (7, .1)]
    samples = sum(a * np.sin(2 * np.pi * frequency * k * time + k) for k, a in overtones)
    return samples / rms(samples)


def fan(count):
    samples = coloured(count, 1) * (1 + .2 * np.sin(2 * np.pi * 1.3 * np.arange(count) / RATE))
    return samples / rms(samples)


def within(segments, count):
    inside = np.zeros(count, bool)
    for start, end in segments:
        inside[max(int(start * RATE), 0):int(end * RATE)] = True
    return inside


def at_level(speech, dbfs):
    """The speech, its labelled parts at that RMS."""
    samples, segments = speech
    return samples * gain(dbfs) / rms(samples[within(segments, len(samples))])


def block_levels(samples):
    blocks = samples[:len(samples) // 160 * 160].reshape(-1, 160)
    return np.sqrt(((blocks - blocks.mean(1, keepdims=True)) ** 2).mean(1))


def stretches(loud, join, fewest=3):
    edges = np.diff(np.concatenate([[0], loud.astype(int), [0]]))
    result = []
    for begin, end in zip(np.where(edges == 1)[0], np.where(edges == -1)[0]):
        if end - begin < fewest:
            continue
        if result and begin - result[-1][1] < join:
            result[-1][1] = end
        else:
            result.append([begin, end])
    return [(begin / 100, end / 100) for begin, end in result]


def spoken_by_espeak(folder):
    result = {}
    for number, (voice, speed, text) in enumerate(TEXTS):
        raw, path = folder / f"raw{number}.wav", folder / f"espeak{number}.wav"
        subprocess.run(["espeak-ng", "-v", voice, "-s", str(speed), "-w", raw, text], check=True)
        subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", raw, "-ar", str(RATE), "-ac", "1", path], check=True)
        samples = np.concatenate([np.zeros(RATE // 2), load(path), np.zeros(RATE // 2)])
        levels = block_levels(samples)
        result[f"espeak{number}"] = (samples, stretches(levels > np.percentile(levels, 95) * gain(-38), join=12))
    return result


def with_a_tail(speech):
    """Up to a labelled end before 11 s, then 4 s of nothing but the recording's own noise."""
    samples, segments = speech
    ends = [i for i, (_, end) in enumerate(segments)
            if end <= 11 and (i + 1 == len(segments) or segments[i + 1][0] - end >= .12)]
    last = ends[-1]
    end = segments[last][1]
    behind = segments[last + 1][0] - .04 if last + 1 < len(segments) else len(samples) / RATE
    kept = samples[:int(min(behind, end + .3) * RATE)].copy()
    kept[-480:] *= np.linspace(1, 0, 480)
    kept = np.concatenate([kept, np.zeros(4 * RATE)])
    between = ~within([(a - .15, b + .25) for a, b in segments], len(samples))
    own = rms(samples[between]) if between.sum() > RATE / 5 else 0
    segments = segments[:last + 1]
    least = rms(kept[within(segments, len(kept))]) * gain(-50)
    return kept + coloured(len(kept), 1) * max(own, least), segments


def mixes(sources, keys, babble):
    for name, source in sources.items():
        noisy = name.startswith(("hand_", "real_"))  # between their labels there is not only noise
        for tail in ([False] if noisy else [False, True]):
            speech = with_a_tail(source) if tail else source
            count, segments = len(speech[0]), speech[1]
            pink, white = coloured(count, 1), coloured(count, 0)
            label = name + ("-tail" if tail else "")
            for level in range(-20, -61, -5):
                yield f"level {level}", label, at_level(speech, level), segments
            for level in (-70, -60, -50, -44, -38):
                yield f"room {level}", label, at_level(speech, -20) + pink * gain(level), segments
            for level in (-50, -40, -30):
                yield f"hum {level}", label, at_level(speech, -20) + hum(count) * gain(level), segments
            for ratio in (20, 10, 5):
                yield f"white {ratio} dB below", label, at_level(speech, -26) + white * gain(-26 - ratio), segments
            for ratio in (10, 5):
                mixed = at_level(speech, -26) + np.resize(babble, count) * gain(-26 - ratio)
                yield f"babble {ratio} dB below", label, mixed, segments
            yield "-55 in a room of -70", label, at_level(speech, -55) + pink * gain(-70), segments
            if tail:
                behind = np.zeros(count)
                start = int((segments[-1][1] + .2) * RATE)
                behind[start:] = np.resize(keys, count - start)
                for ratio in (0, 10, 20):
                    mixed = at_level(speech, -23) + behind * gain(-23 - ratio) + pink * gain(-70)
                    yield f"keys behind, {ratio} dB below", label, mixed, segments


def noises(keys):
    count = 12 * RATE
    kinds = {"white": coloured(count, 0), "pink": coloured(count, 1), "brown": coloured(count, 2),
             "hum 50": hum(count), "hum 60": hum(count, 60), "fan": fan(count), "keys": np.resize(keys, count)}
    for kind, samples in kinds.items():
        for level in (-80, -70, -65, -60, -55, -50, -46, -42, -36, -30):
            yield f"{kind} {level}", kind, samples * gain(level), []
    yield "digital silence", "digital silence", np.zeros(count), []


def long_voices(sources, music):
    random = np.random.default_rng(3)
    names = [name for name in sources if not name.startswith("real_")]
    for number in range(66):
        order = [names[number % len(names)], *random.permutation(names)]
        skipped = random.uniform(0, 6)
        samples, segments = np.zeros(0), []
        for name in order:
            own = sources[name][1]
            first, last = max(own[0][0] - .05, 0), own[-1][1] + .05
            segments += [(a - first + len(samples) / RATE, b - first + len(samples) / RATE) for a, b in own]
            part = at_level(sources[name], -23)[int(first * RATE):int(last * RATE)]
            samples = np.concatenate([samples, part])
            if len(samples) > (42 + skipped) * RATE:
                break
        samples = samples[int(skipped * RATE):][:40 * RATE]
        segments = [(a - skipped, b - skipped) for a, b in segments if b > skipped]
        count = len(samples)
        yield "clean", str(number), samples, segments
        yield "room -50", str(number), samples + coloured(count, 1) * gain(-50), segments
        yield "room -38", str(number), samples + coloured(count, 1) * gain(-38), segments
        yield "white 10 dB below", str(number), samples + coloured(count, 0) * gain(-33), segments
        yield "quiet -55", str(number), samples * gain(-32), segments
        if music is not None:
            yield "music 10 dB below", str(number), samples + np.resize(music, count) * gain(-33), segments


class Program:
    def __init__(self, path, folder):
        self.path, self.folder = path, folder
        self.video = pathlib.Path(__file__).parents[2] / "fixtures" / "presenter_h264_25fps_6s.mp4"

    def plan(self, number, samples, *flags):
        path = self.folder / f"mix{number}.wav"
        save(path, samples)
        done = subprocess.run([self.path, "plan", self.video, path, "--json", *flags], capture_output=True, text=True)
        path.unlink()
        document = json.loads(done.stdout)
        if "error" in document:
            raise SystemExit(f"mix {number}: {document['error']}")
        return document

    def heard(self, number, samples):
        """The segments of what a clip of at most 15 s holds."""
        document = self.plan(number, samples)
        if document.get("speech"):
            return [(s["start_s"], s["end_s"]) for s in document["speech"]["segments"]]
        end = int(document["audio"]["source_window"]["end_s"] * RATE)
        return stretches(block_levels(samples[:end]) >= gain(-45), join=15)


def quantile(values, share):
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def judge_ends(heard):
    """`heard`: (condition, segments found, segments labelled)."""
    table = {}
    for condition, found, labelled in heard:
        if not labelled:
            continue
        error = abs(found[-1][1] - labelled[-1][1]) if found else 99.0
        table.setdefault(condition, []).append(error)
    for condition, errors in table.items():
        missed = sum(error == 99.0 for error in errors)
        print(f"| {condition} | {len(errors)} | {missed} | {quantile(errors, .5):.2f} | {quantile(errors, .9):.2f} |")


def shortened(samples, segments):
    """What a clip can hold without a cut, so that the end of the voice is the label's and not the cut's."""
    count = min(len(samples), int(14.9 * RATE))
    kept = [(a, min(b, count / RATE)) for a, b in segments if a < count / RATE - .1]
    return samples[:count], kept


def judge_cuts(program, pool, voices):
    for flags, name in (((), "head"), (("--window", "speech"), "--window speech")):
        table = {}

        def cut(job, flags=flags):
            number, (condition, _, samples, segments) = job
            document = program.plan(f"{number}cut", samples, *flags)
            window = document["audio"]["source_window"]
            warned = any(w["code"] == "cut_in_sound" for w in document["warnings"])
            edges = [e for e in (window["start_s"], window["end_s"]) if .02 < e < len(samples) / RATE - .02]
            depth = max([min(e - a, b - e) for e in edges for a, b in segments if a < e < b] or [0])
            return condition, depth, warned

        for condition, depth, warned in pool.map(cut, enumerate(voices)):
            row = table.setdefault(condition, [0] * 4)
            row[0] += 1
            row[1] += depth > .1
            row[2] += depth > .1 and not warned
            row[3] += warned
        for condition, row in table.items():
            print(f"| {name} | {condition} | {row[0]} | {row[1]} | {row[2]} | {row[3]} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--speech", type=pathlib.Path, required=True)
    parser.add_argument("--only", default="", help="conditions that contain this word")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    labels = json.loads((options.speech / "labels.json").read_text())["files"]
    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(options.jobs) as pool:
        folder = pathlib.Path(name)
        program = Program(options.program, folder)
        sources = {file[:-4]: (load(options.speech / file), [tuple(s) for s in labels[file]["speech"]])
                   for file in ("clean_en_muse.wav", "clean_5lang.wav", "hand_ten01.wav", "long_pauses.wav",
                                "whisper.wav", "real_lp_d6_song_speech.wav")}
        sources.update(spoken_by_espeak(folder))
        keys = load(options.speech / "noise_keyboard.wav")
        keys = keys / rms(keys)
        music = load(options.speech / "music_plum.wav")
        babble = sum(np.resize(np.roll(at_level(sources[n], 0), k * 37777), 40 * RATE)
                     for k, n in enumerate(("clean_en_muse", "clean_5lang", "whisper", "espeak0", "espeak1")))
        babble = babble / rms(babble)

        def hear(job):
            number, (condition, label, samples, segments) = job
            samples, segments = shortened(np.clip(samples, -1, 1), segments)
            exempt = any(word in label for word in EXEMPT)
            return "exempt" if exempt else condition, label, program.heard(number, samples), segments

        wanted = [mix for mix in mixes(sources, keys, babble) if options.only in mix[0]]
        wanted += [("labelled files", file, load(options.speech / file), [tuple(s) for s in facts["speech"]])
                   for file, facts in labels.items() if facts["speech"] and options.only in "labelled files"]
        print("| end of the voice | n | not found | median s | p90 s |\n|---|---|---|---|---|")
        heard = list(pool.map(hear, enumerate(wanted)))
        judge_ends([(c, found, segments) for c, _, found, segments in heard])
        kept = [h for h in heard if h[0] != "exempt"]
        judge_ends([("all but music and breath", found, segments) for _, _, found, segments in kept])
        print("\n| taken for speech | of | levels |\n|---|---|---|")
        false = {}
        for condition, kind, found, _ in pool.map(hear, enumerate(m for m in noises(keys) if options.only in m[0])):
            false.setdefault(kind, []).append((condition, bool(found)))
        for kind, found in false.items():
            wrong = [condition.split()[-1] for condition, was in found if was]
            print(f"| {kind}: {len(wrong)} | {len(found)} | {', '.join(wrong)} |")
        print("\n| 40 s of voice, cut | condition | n | deeper than 0.1 s in a word | of these without a warning | warned |")
        print("|---|---|---|---|---|---|")
        voices = [v for v in long_voices(sources, music / rms(music)) if options.only in v[0]]
        judge_cuts(program, pool, voices)


if __name__ == "__main__":
    main()

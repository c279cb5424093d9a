# SPDX-License-Identifier: Apache-2.0
"""Draws a case from its number. The same number gives the same case; the tables of formats.py are the deck."""

import random
from fractions import Fraction

import formats
from case import PLAIN_AUDIO, PLAIN_VIDEO, Case

# Few oddities at a time: most options stay plain, so that what fails can be understood.
ODD = 0.15


def draw(seed):
    dice = random.Random(seed * 2654435761 + 13)
    kind = dice.choices(["one_file", "two_files", "audio", "video"], [30, 35, 22, 13])[0]
    case = Case(seed, one_file=kind == "one_file")
    if kind != "audio":
        case.video = draw_video(dice, one_file=case.one_file)
    if kind != "video":
        case.audio = draw_audio(dice, case.video if case.one_file else None)
    case.ask = draw_ask(dice, case)
    return case


def odd(dice, chance=ODD):
    return dice.random() < chance


def length_s(clip, kind):
    """Roughly, of the sound or picture that is made."""
    if kind == "video":
        return clip["frames"] / float(Fraction(clip["rate"]))
    return clip["samples"] / clip["sample_rate"]


def _seconds(dice):
    """Mostly short; now and then around the limit."""
    if odd(dice, 0.12):
        return dice.uniform(14.2, 16.5)
    return dice.uniform(1.05, 3.5)


# Pictures -----------------------------------------------------------------------------------------------------------


def draw_video(dice, one_file):
    video = dict(PLAIN_VIDEO)
    container = dice.choices(list(formats.VIDEO_CONTAINERS), [24, 9, 18, 7, 10, 7, 8, 3, 4, 5, 5])[0]
    video["container"] = container
    codec = video["codec"] = dice.choice(formats.VIDEO_CONTAINERS[container][1])
    video["rate"] = dice.choices(["25", "30", "24", "24000/1001", "30000/1001", "50", "60000/1001", "60", "15", "12",
                                  "20", "29", "10", "100"], [20, 12, 8, 10, 12, 6, 6, 4, 4, 2, 2, 1, 1, 1])[0]
    if codec == "mpeg2video" and video["rate"] not in formats.MPEG2_RATES:
        video["rate"] = "25"
    seconds = _seconds(dice)
    video["frames"] = max(int(seconds * Fraction(video["rate"])), 14)
    video["gop"] = dice.choice([1, 6, 12, 25, 50, 250])
    if codec in formats.WITH_BFRAMES and odd(dice, 0.45) and container not in ("avi", "nut"):
        video["bframes"] = dice.choice([1, 2, 3])
        video["open_gop"] = codec in ("h264", "hevc") and odd(dice, 0.3)
    video["pixels"] = formats.FIXED_PIXELS.get(codec, "yuv420p")
    if odd(dice, 0.12):
        video["pixels"] = dice.choice(formats.MORE_PIXELS.get(codec, [video["pixels"]]))
    _draw_shape(dice, video)
    _draw_colors(dice, video)
    _draw_times(dice, video)
    if container in ("mp4", "mov"):
        video["mux"] = dice.choices(["plain", "fragments", "index_last", "no_edit_list"], [6, 2, 2, 2])[0]
    if container in formats.SEGMENTABLE | formats.JOINABLE and odd(dice, 0.2):
        video["treatment"] = _video_treatment(dice, video, seconds)
        if video["treatment"] and video["treatment"]["kind"] in ("concat", "bytes_twice"):
            video["start_s"] = 0  # the second part would start that much later again
    return video


def _video_treatment(dice, video, seconds):
    kinds = []
    if video["container"] in formats.SEGMENTABLE and seconds > 2:
        video["gop"] = min(video["gop"], 12)
        kinds += ["segment", "cut_copy", "cut_copy"]
    if video["container"] in formats.JOINABLE:
        kinds += ["bytes_twice"] if video["container"] == "ogg" else []
    if video["container"] in ("mp4", "matroska", "mpegts", "mov"):
        kinds.append("concat")
    kind = dice.choice(kinds) if kinds else None
    if kind in ("segment", "cut_copy"):
        return {"kind": kind, "at_s": round(dice.uniform(0.4, seconds - 1.4), 3)}
    return {"kind": kind} if kind else None


def _draw_shape(dice, video):
    size = dice.choice([[128, 96], [160, 120], [144, 112], [176, 144], [160, 90], [96, 160]])
    video["size"] = [round(v / 2) * 2 for v in size]
    may_be_odd = video["codec"] not in formats.EVEN_ONLY or video["pixels"] == "yuv444p"
    if odd(dice, 0.12) and may_be_odd and video["container"] != "flv":
        video["size"] = [size[0] + dice.choice([-1, 0, 1]), size[1] + dice.choice([-1, 0, 1])]
    if odd(dice, 0.12) and video["codec"] in ("h264", "hevc", "mpeg4", "ffv1", "vp9", "prores"):
        video["sar"] = dice.choice(["4:3", "16:11", "12:11", "10:11", "8:9", "64:45", "1:2", "2:1"])
    if odd(dice, 0.12) and video["container"] in ("mp4", "mov"):
        video["rotation"] = dice.choice([90, 180, 270])
    if odd(dice, 0.06) and video["codec"] in ("h264", "mpeg2video", "mpeg4") and video["container"] != "avi":
        video["interlaced"] = True
        video["size"] = [v // 32 * 32 for v in video["size"]]


def _draw_colors(dice, video):
    tagged = video["codec"] in ("h264", "hevc") or video["container"] in ("mp4", "mov", "matroska", "webm")
    if video["pixels"] == "rgb24":
        video["colors"] = "untagged"
        return
    if not tagged or video["codec"] in ("theora", "flv1", "mjpeg"):
        video["colors"] = "untagged"
    elif odd(dice, 0.3):
        video["colors"] = dice.choice(["smpte170m", "bt470bg", "untagged", "smpte240m", "bt2020", "reserved"])
        if video["colors"] == "reserved" and video["codec"] not in ("h264", "hevc"):
            video["colors"] = "smpte170m"
    if video["pixels"].startswith("yuvj"):
        video["full_range"] = True
    elif odd(dice, 0.08) and video["codec"] in ("h264", "hevc", "vp9") and video["colors"] != "untagged":
        video["full_range"] = True


def _draw_times(dice, video):
    container = video["container"]
    free = video["codec"] not in formats.CONSTANT_ONLY and container not in formats.CONSTANT_CONTAINERS
    if free and odd(dice, 0.3) and Fraction(video["rate"]) <= 60:
        kind = dice.choice(["jitter", "phone", "screen", "switch", "pause", "drop"])
        video["timing"] = {"kind": kind, "seed": dice.randrange(1000)}
    elif container == "avi" and odd(dice, 0.25):
        video["timing"] = {"kind": dice.choice(["drop", "pause"]), "seed": dice.randrange(1000)}
    elif container in ("mp4", "mov") and odd(dice, 0.15):
        video["timing"] = {"kind": "held_last", "hold_s": round(dice.uniform(0.1, 3.0), 3)}
    if container in formats.LATE_CONTAINERS and odd(dice, 0.2):
        video["start_s"] = _start(dice, container)


def _start(dice, container):
    starts = [0.021, 0.5, 1.37, 7, 3600, 36000]
    if container in ("mp4", "mov", "ipod"):
        starts = [0.021, 0.5, 1.37, 7, 3600]
    if container in ("mp4", "mov", "ipod"):  # Matroska has no times below 0: its readers make some up
        starts.append(-0.4)
    if container == "mpegts":
        starts.append(95442)  # the 33 bits of its times end 1.7 s later
    return dice.choice(starts)


# Sound --------------------------------------------------------------------------------------------------------------


def draw_audio(dice, video):
    audio = dict(PLAIN_AUDIO)
    deck = formats.AUDIO_CONTAINERS
    container = video["container"] if video else dice.choices(list(deck), [18, 1, 3, 2, 2, 6, 12, 6, 5, 8, 6, 14, 4, 10, 3,
                                                                            2, 3, 2, 2, 1, 4, 4, 1, 2])[0]
    audio["container"] = container
    codec = audio["codec"] = dice.choice((formats.VIDEO_CONTAINERS if video else deck)[container][-1])
    rates = formats.AUDIO_RATES.get(codec, formats.ANY_RATES)
    rates = formats.CONTAINER_RATES.get(container, {}).get(codec, rates)
    rate = audio["sample_rate"] = dice.choice(rates + [r for r in rates if r in (44100, 48000)] * 3)
    audio["channels"] = 1 if codec in formats.MONO_ONLY else dice.choice([1, 1, 2, 2])
    flv_pcm = container == "flv" and codec == "pcm_s16le"  # has a flag for two channels, and no count
    if codec in formats.MANY_CHANNELS and rate >= 32000 and odd(dice, 0.12) and not flv_pcm:
        audio["layout"], audio["channels"] = dice.choice([("3.0", 3), ("quad", 4), ("5.1", 6), ("5.1(side)", 6),
                                                          ("5.0", 5), ("7.1", 8)])
        if codec in ("ac3", "dca", "alac") and audio["channels"] > 6:
            audio["layout"], audio["channels"] = "5.1", 6
        if codec == "dca":
            audio["layout"], audio["channels"] = "5.1(side)", 6
        if codec in ("alac", "opus", "vorbis", "flac", "aac") and audio["layout"] in ("5.1(side)", "quad"):
            audio["layout"], audio["channels"] = "5.1", 6
        if codec == "alac" and audio["layout"] == "3.0":
            audio["layout"], audio["channels"] = None, 2
    seconds = length_s(video, "video") * dice.choice([1, 1, 1, 0.8, 1.2]) if video else _seconds(dice)
    _draw_length(dice, audio, min(seconds, 19))
    if codec == "mp3" and odd(dice, 0.4):
        audio["bitrate_k"] = dice.choice(["vbr", 64, 128, 320 if rate >= 32000 else 64])
    if codec == "eac3" and odd(dice, 0.4):
        audio["bitrate_k"] = dice.choice([1500, 3000])  # too much for six blocks: frames of 768 and 512 samples
    may_lack = container in formats.GAP_CONTAINERS and codec not in formats.NEVER_WITH_GAPS
    if may_lack and odd(dice, 0.18):
        packets = audio["samples"] // formats.FRAME_SAMPLES.get(codec, 1024)
        if packets > 16:
            audio["gap"] = [dice.randrange(4, packets - 10), dice.randrange(1, min(30, packets - 12) + 1)]
    elif container in formats.GAP_CONTAINERS and odd(dice, 0.12):
        audio["jitter_ms"] = dice.choice([1, 2, 4])
    elif container in ("matroska", "mp4", "mpegts") and not (video and video["treatment"]) and odd(dice, 0.05):
        audio["drift"] = dice.choice([0.01, -0.01, 0.003])
    if container in formats.LATE_CONTAINERS and odd(dice, 0.2):
        audio["start_s"] = dice.choice([0.013, 0.3, 0.77, -0.2]) if video else _start(dice, container)
    if not video:
        _draw_alone(dice, audio, seconds)
    return audio


def _draw_length(dice, audio, seconds):
    """Any residue of the coded frame's length, often the ones next to whole frames."""
    frame = dice.choice([formats.FRAME_SAMPLES.get(audio["codec"], 1152), 1152])
    frames = max(int(seconds * audio["sample_rate"] / frame), 3)
    residue = dice.choice([0, 1, frame - 1, dice.randrange(frame), dice.randrange(frame), dice.randrange(frame)])
    audio["samples"] = max(frames * frame + residue, int(1.05 * audio["sample_rate"]))


def _draw_alone(dice, audio, seconds):
    container = audio["container"]
    if container in ("ipod", "mp4"):
        audio["mux"] = dice.choices(["plain", "fragments", "index_last", "no_edit_list"], [5, 2, 1, 1])[0]
    if container == "mp3":
        audio["mux"] = dice.choices(["plain", "no_tag", "id3"], [4, 2, 2])[0]
    if container in formats.SEGMENTABLE | formats.JOINABLE and odd(dice, 0.25):
        kinds = []
        if container in formats.SEGMENTABLE and seconds > 2.2:
            kinds += ["segment", "cut_copy"]
        # One line through the times of two recordings would be no clock.
        if container in formats.JOINABLE and audio["samples"] < 9 * audio["sample_rate"] and not audio["drift"]:
            kinds += ["bytes_twice", "bytes_twice"]
        kind = dice.choice(kinds) if kinds else None
        if kind in ("segment", "cut_copy"):
            audio["treatment"] = {"kind": kind, "at_s": round(dice.uniform(0.4, seconds - 1.4), 3)}
        elif kind:
            audio["treatment"], audio["start_s"] = {"kind": kind}, 0


# What react1 is asked for -------------------------------------------------------------------------------------------


def draw_ask(dice, case):
    ask = []
    video_s = length_s(case.video, "video") if case.video else 2
    audio_s = length_s(case.audio, "audio") if case.audio else 2
    for clip, treated in ((case.video, "video"), (case.audio, "audio")):
        if clip and clip["treatment"] and clip["treatment"]["kind"] in ("segment", "cut_copy"):
            left = 1.2 if treated == "video" else 1.2
            video_s, audio_s = (min(video_s, left), audio_s) if treated == "video" else (video_s, min(audio_s, left))
    shorter = min(video_s, audio_s)
    take = case.one_file and odd(dice, 0.4)
    if take:
        ask.append(["--same-take"])
    if shorter > 1.6 and odd(dice, 0.3):
        prefix, length = ("", shorter) if take else dice.choice([("", shorter), ("video-", video_s), ("audio-", audio_s)])
        start = dice.uniform(0, length - 1.3)
        ask.append([f"--{prefix}start", f"{start:.3f}"])
        if odd(dice, 0.5):
            ask.append([f"--{prefix}duration", f"{dice.uniform(1.05, length - start - 0.1):.3f}"])
    elif shorter > 1.6 and odd(dice, 0.06):
        ask.append(["--window", "speech"])
    if odd(dice, 0.5):
        ask.append(["--cut", "exact"])
    if odd(dice, 0.08):
        ask.append(["--reencode", "always"])
    if odd(dice, 0.08):
        ask.append(["--fps", "keep"])
    return ask

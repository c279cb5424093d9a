# SPDX-License-Identifier: Apache-2.0
"""What is in a file, by the ffmpeg and ffprobe programs: pictures with their times, sound on its timeline.

Everything is decoded from the start and placed here by the timestamps of the decoded frames. No code is shared with
react1.
"""

import dataclasses
import pathlib
import struct
from fractions import Fraction
from math import gcd

import numpy

import picture
from tools import QUIET, GeneratorError, generate, probe

LOOK = (160, 120)  # pictures are read at this size; everything in them is placed by fractions
ANALYSIS_HZ = 16000  # sound is compared at this rate; all signals are below 3 kHz
# Timestamps this close to where the samples before them end are taken for rounding, where a tick is a millisecond. With
# finer ticks two of them and what no comparison here can tell.
ROUNDING_S = 0.003
FINE_S = 0.001
# In ASF the times belong to packets of several frames, whose first may have to wait for the next packet.
# AVI and raw AC-3 store no times of sound at all: FFmpeg adds up rounded durations.
SLOPPY_TOLERANCE_S = {"asf": 0.1, "avi": 1e6, "ac3": 1e6, "eac3": 1e6}
# FFmpeg 7.1.5's own Speex decoder gives twice the samples of a wideband packet, every second part of them silence.
REFERENCE_DECODERS = {"speex": "libspeex"}
SPEEX_FRAME_S = Fraction(1, 50)
# An encoder times its last frames by what was left of the sound when they were made. They play on from the ones before:
# so few frames at the end say nothing of an overlap that is shorter than this.
LAST_FRAMES, LAST_OVERLAP_S = 3, 0.01
# A step back by more than this is another timeline behind the first, not an overlap.
RESET_S = 0.5
MOST_PADDING_S = 0.1
LONGEST_GAP_S = 30  # more is no clip


@dataclasses.dataclass
class Pictures:
    times: list  # seconds (Fraction) of each shown picture on the file's timeline
    numbers: list  # what is drawn on each; None: can't be read
    end: Fraction  # when the last one is no longer shown
    shape: Fraction  # width / height as it is to be seen
    interval: Fraction  # the median between two pictures
    origin: Fraction  # of the first picture that is stored to be shown, whether or not it can be decoded


@dataclasses.dataclass
class Sound:
    rate: int
    start: Fraction  # of the first sample, on the file's timeline
    samples: numpy.ndarray  # float32[n, channels] with silence where time passes without samples
    stored: int  # samples that the decoder gave
    gaps_s: float  # silence that was put in
    layout: str  # FFmpeg's name; "unknown" where the channels have no marks
    padding_s: float  # at the end, decoded, but beyond what the last packet's duration says
    edges: list  # samples where time jumps: both ends of each gap, and where something was left out

    @property
    def length_s(self):
        return len(self.samples) / self.rate


def tolerance_of(jitter_ms):
    """How far a timestamp may be from where the samples before it end: either may be off by the jitter."""
    return ROUNDING_S + 2 * jitter_ms / 1000


def look(path, video, audio, follow=False, tolerance=ROUNDING_S):
    """(Pictures or None, Sound or None). `follow`: the clock of the timestamps leads, samples are stretched to it;
    else jumps of less than `tolerance` seconds are none.

    Throws GeneratorError when ffmpeg can't decode the file or ffmpeg and ffprobe contradict each other."""
    facts = probe(path, "-show_frames", "-show_streams", "-show_entries",
                  "format=format_name:stream=index,codec_type,codec_name,time_base,width,height,sample_aspect_ratio,sample_rate,channel_layout,r_frame_rate,start_time,duration:"
                  "stream_side_data=rotation:"
                  "frame=media_type,stream_index,best_effort_timestamp_time,pkt_duration_time,duration_time,nb_samples")
    streams = {stream["codec_type"]: stream for stream in reversed(facts["streams"])}
    frames = {kind: [f for f in facts["frames"] if f.get("stream_index") == streams[kind]["index"]] for kind in streams}
    pictures = sound = None
    if video:
        pictures = _pictures(path, _require(streams, "video"), frames["video"])
    if audio:
        stream = _require(streams, "audio")
        if tolerance == ROUNDING_S:
            tolerance = min(ROUNDING_S, float(2 * Fraction(stream["time_base"])) + FINE_S)
        format_name = facts["format"]["format_name"]
        tolerance = SLOPPY_TOLERANCE_S.get(format_name, tolerance)
        sound = _sound(path, stream, frames["audio"], follow, tolerance, format_name)
    return pictures, sound


def _require(streams, kind):
    if kind not in streams:
        raise GeneratorError(f"ffprobe finds no {kind}")
    return streams[kind]


def _time(frame):
    text = frame.get("best_effort_timestamp_time")
    return None if text in (None, "N/A") else Fraction(text)


def read_pictures(path, count=None):
    """Luma of every picture ffmpeg shows, uint8[n, height, width]."""
    width, height = LOOK
    raw = generate(QUIET + ["-i", path, "-map", "0:v:0", "-fps_mode", "passthrough", "-vf",
                            f"scale={width}:{height}:flags=bicubic,format=gray", "-f", "rawvideo", "-"])
    luma = numpy.frombuffer(raw, numpy.uint8).reshape(-1, height, width)
    if count is not None and len(luma) != count:
        raise GeneratorError(f"ffmpeg shows {len(luma)} pictures, ffprobe {count}")
    return luma


def _pictures(path, stream, frames):
    luma = read_pictures(path, len(frames))
    hidden, origin = _packets(path)
    # Some decoders of FFmpeg show what an edit list hides.
    kept = [i for i, frame in enumerate(frames) if frame.get("best_effort_timestamp_time") not in hidden]
    frames, luma = [frames[i] for i in kept], luma[kept]
    times = [_time(frame) for frame in frames]
    if len(times) < 2 or times[0] is None:
        raise GeneratorError("ffprobe gives no times of the pictures")
    if None in times:  # program streams: one time for several pictures
        _fill(times, Fraction(stream["r_frame_rate"]))
    if any(later <= earlier for earlier, later in zip(times, times[1:])):
        raise GeneratorError("the pictures' times do not grow")
    steps = sorted(later - earlier for earlier, later in zip(times, times[1:]))
    interval = steps[len(steps) // 2]
    last = frames[-1].get("duration_time", frames[-1].get("pkt_duration_time", "N/A"))
    shown = Fraction(last) if last != "N/A" and Fraction(last) > 0 else interval
    numbers = [picture.read_number(image) for image in luma]
    while numbers and numbers[0] is None:  # the head of a cut, before its first whole picture
        numbers.pop(0), times.pop(0)
    if None in numbers or len(numbers) < 2:
        raise GeneratorError(f"{numbers.count(None)} of {len(numbers)} numbers can't be read in the source")
    origin = times[0] if origin is None else min(origin, times[0])
    return Pictures(times, numbers, times[-1] + shown, _shape(stream), interval, origin)


def _packets(path):
    """(texts of the times of packets that are not to be shown, the first time of the others; None where some have none)."""
    packets = probe(path, "-select_streams", "v:0", "-show_packets", "-show_entries", "packet=pts_time,flags")["packets"]
    hidden = {packet["pts_time"] for packet in packets if "D" in packet["flags"] and "pts_time" in packet}
    shown = [packet.get("pts_time") for packet in packets if "D" not in packet["flags"]]
    return hidden, None if None in shown or not shown else min(Fraction(time) for time in shown)


def _fill(times, rate):
    for i, time in enumerate(times):
        if time is None:
            times[i] = times[i - 1] + 1 / rate


def _shape(stream):
    ratio = stream.get("sample_aspect_ratio", "1:1").split(":")
    pixel = Fraction(int(ratio[0]), int(ratio[1])) if int(ratio[0]) > 0 else Fraction(1)
    shape = Fraction(stream["width"], stream["height"]) * pixel
    turned = any(abs(int(data.get("rotation", 0))) % 180 == 90 for data in stream.get("side_data_list", []))
    return 1 / shape if turned else shape


def read_sound(path, stdin=None, codec=None):
    """(rate, every sample ffmpeg hears as float32[n, channels]); timestamps play no part. `stdin`: the input for "-"."""
    command = [word for word in QUIET if word != "-nostdin" or stdin is None]
    decoder = ["-c:a", REFERENCE_DECODERS[codec]] if codec in REFERENCE_DECODERS else []
    raw = generate(command + [*decoder, "-i", path, "-map", "0:a:0", "-f", "wav", "-bitexact", "-c:a", "pcm_f32le", "-"], stdin)
    at = raw.index(b"fmt ") + 8
    channels, rate = struct.unpack("<HI", raw[at + 2:at + 8])
    return rate, numpy.frombuffer(raw[raw.index(b"data", at) + 8:], numpy.float32).reshape(-1, channels)


def _sound(path, stream, frames, follow, tolerance, format_name):
    codec = stream["codec_name"]
    rate, decoded = read_sound(path, codec=codec)
    if codec in REFERENCE_DECODERS:  # ffprobe has no option for the decoder, and counts what the other one gives
        frames = [{**frame, "nb_samples": _samples_by_duration(frame, int(stream["sample_rate"]))} for frame in frames]
    channels, layout = decoded.shape[1], stream.get("channel_layout", "unknown")
    frames = [frame for frame in frames if int(frame["nb_samples"]) > 0]
    frames, decoded = _without_headers(path, frames, decoded, format_name, codec)
    counted = sum(int(frame["nb_samples"]) for frame in frames)
    if counted != len(decoded) or counted == 0:
        raise GeneratorError(f"ffmpeg hears {len(decoded)} samples, ffprobe {counted}")
    frames, decoded = _without_priming(frames, decoded, rate, format_name, stream)
    counted = len(decoded)
    frames = _without_wrong_labels(frames, rate, tolerance)
    start = next((time for time in map(_time, frames) if time is not None), Fraction(0))
    if follow:
        return Sound(rate, start, _stretched(decoded, rate, frames, start), counted, 0.0, layout, 0.0, [])
    placed, end, read, gaps, origin, edges = [], 0, 0, 0, start, []
    for number, frame in enumerate(frames):
        count, time = int(frame["nb_samples"]), _time(frame)
        piece = decoded[read:read + count]
        read += count
        if time is not None:
            step = round((time - origin) * rate) - end
            if step > LONGEST_GAP_S * rate:
                raise GeneratorError(f"{step / rate:.0f} s pass without sound")
            if step > tolerance * rate:
                placed.append(numpy.zeros((step, channels), numpy.float32))
                edges += [end, end + step]
                end, gaps = end + step, gaps + step
            elif step <= -RESET_S * rate:
                origin += Fraction(step, rate)
                edges.append(end)
            elif step < -tolerance * rate and not _is_of_the_end(len(frames) - number, -step / rate):
                piece = piece[-step:]
                edges.append(end)
        placed.append(piece)
        end += len(piece)
    return Sound(rate, start, numpy.concatenate(placed), counted, gaps / rate, layout,
                 _padding(stream, frames[-1], start + Fraction(end, rate), rate), edges)


def _samples_by_duration(frame, rate):
    duration = frame.get("duration_time", frame.get("pkt_duration_time", "N/A"))
    return round((SPEEX_FRAME_S if duration == "N/A" else Fraction(duration)) * rate)


def _is_of_the_end(left, overlap_s):
    return left <= LAST_FRAMES and overlap_s < LAST_OVERLAP_S


def _without_headers(path, frames, decoded, format_name, codec):
    """Where Speex in Ogg begins again, FFmpeg decodes the comments of the second as if they were sound: a frame at time 0
    between the last of the first and the first of the second, which is before 0. The decoder is upset by it as well, so
    each recording is decoded alone."""
    if (format_name, codec) != ("ogg", "speex"):
        return frames, decoded
    times, kept = [_time(frame) for frame in frames], []
    for i, frame in enumerate(frames):
        timed = 0 < i < len(frames) - 1 and None not in times[i - 1:i + 2]
        if not (timed and times[i] == 0 and times[i - 1] > 0 and times[i + 1] < 0):
            kept.append(frame)
    recordings = _recordings(pathlib.Path(path).read_bytes())
    if len(recordings) == 1:
        return frames, decoded
    return kept, numpy.concatenate([read_sound("-", part, codec)[1] for part in recordings])


def _recordings(data):
    """The bytes of an Ogg file, cut before each page that begins a recording."""
    begins = [at for at in range(len(data) - 6) if data[at:at + 4] == b"OggS" and data[at + 5] & 2]
    return [data[begin:end] for begin, end in zip(begins, [*begins[1:], len(data)])]


def _without_priming(frames, decoded, rate, format_name, stream):
    """FFmpeg leaves out the priming of an MP4 in ticks of the track, as if they were samples. What is before the start
    that it tells of the stream itself is not to be heard."""
    ticks_are_samples = Fraction(stream["time_base"]) * rate == 1
    first = _time(frames[0])
    if not format_name.startswith("mov") or ticks_are_samples or first is None or "start_time" not in stream:
        return frames, decoded
    early = round((Fraction(stream["start_time"]) - first) * rate)
    count = int(frames[0]["nb_samples"])
    if not 0 < early < count:
        return frames, decoded
    head = {**frames[0], "nb_samples": count - early, "best_effort_timestamp_time": stream["start_time"]}
    return [head, *frames[1:]], decoded[early:]


def _without_wrong_labels(frames, rate, tolerance):
    """Block sizes of Vorbis that change, and frames that begin in one packet of a program stream and end in another, make
    FFmpeg tell one frame's time wrong. The frame behind it is where the samples say, so nothing has jumped."""
    times, counts = [_time(frame) for frame in frames], [Fraction(int(frame["nb_samples"]), rate) for frame in frames]
    result = list(frames)
    for i in range(1, len(frames) - 1):
        if None in times[i - 1:i + 2]:
            continue
        ends = times[i - 1] + counts[i - 1]
        if abs(times[i] - ends) > tolerance and abs(times[i + 1] - ends - counts[i]) <= tolerance:
            result[i] = {**frames[i], "best_effort_timestamp_time": "N/A"}
    return result


def _padding(stream, frame, end, rate):
    """Seconds at the end that are decoded, but are beyond the last packet or the stream header's length."""
    duration = frame.get("duration_time", frame.get("pkt_duration_time", "N/A"))
    padding = int(frame["nb_samples"]) / rate - float(duration) if duration != "N/A" and float(duration) > 0 else 0.0
    if {"start_time", "duration"} <= stream.keys():
        beyond = float(end) - float(stream["start_time"]) - float(stream["duration"])
        padding = max(padding, beyond) if beyond < MOST_PADDING_S else padding
    return max(padding, 0.0)


def _stretched(decoded, rate, frames, start):
    """The samples as the timestamps say when they sound: along the line through all of them, rounding left out."""
    counts = numpy.array([int(frame["nb_samples"]) for frame in frames])
    firsts = numpy.cumsum(counts) - counts
    timed = [i for i, frame in enumerate(frames) if _time(frame) is not None]
    times = numpy.array([float((_time(frames[i]) - start) * rate) for i in timed])
    slope, late = numpy.polyfit(firsts[timed], times, 1)
    moments = numpy.arange(int(slope * len(decoded) + late))
    sources = (moments - late) / slope
    fine = 8  # a straight line between two samples would take from the high tones
    spectrum = numpy.fft.rfft(decoded, axis=0)
    dense = numpy.fft.irfft(spectrum, fine * len(decoded), axis=0) * fine
    return numpy.stack([numpy.interp(sources * fine, numpy.arange(len(dense)), dense[:, c])
                        for c in range(decoded.shape[1])], axis=1).astype(numpy.float32)


def resampled(samples, rate):
    """float32[n, channels] at ANALYSIS_HZ, by way of the spectrum: exact for signals below 3 kHz."""
    step = rate // gcd(rate, ANALYSIS_HZ)
    padded = -(-(len(samples) + rate // 10) // step) * step  # silence behind, so that the end does not meet the beginning
    wanted = padded * ANALYSIS_HZ // rate
    spectrum = numpy.fft.rfft(samples, padded, axis=0)
    size = wanted // 2 + 1
    if len(spectrum) < size:
        spectrum = numpy.concatenate([spectrum, numpy.zeros((size - len(spectrum), spectrum.shape[1]), complex)])
    result = numpy.fft.irfft(spectrum[:size], wanted, axis=0) * (wanted / padded)
    return result[:-(-len(samples) * ANALYSIS_HZ // rate)].astype(numpy.float32)

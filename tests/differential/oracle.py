"""What is in a file, by the ffmpeg and ffprobe programs: pictures with their times, sound on its timeline.

Everything is decoded from the start and placed here by the timestamps of the decoded frames. No code is shared with
react1.
"""

import dataclasses
import struct
from fractions import Fraction
from math import gcd

import numpy

import picture
from tools import QUIET, GeneratorError, generate, probe

LOOK = (160, 120)  # pictures are read at this size; everything in them is placed by fractions
ANALYSIS_HZ = 16000  # sound is compared at this rate; all signals lie below 3 kHz
# Timestamps this close to where the samples before them end are taken for rounding; for jitter, where there is some.
ROUNDING_S, JITTER_S = 0.003, 0.02
# In ASF the times belong to packets of several frames, whose first may have to wait for the next packet.
# AVI stores no times of sound at all.
SLOPPY_TOLERANCE_S = {"asf": 0.1, "avi": 1e6}
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


@dataclasses.dataclass
class Sound:
    rate: int
    start: Fraction  # of the first sample, on the file's timeline
    samples: numpy.ndarray  # float32[n, channels] with silence where time passes without samples
    stored: int  # samples that the decoder gave
    gaps_s: float  # silence that was put in
    layout: str  # FFmpeg's name; "unknown" where the channels have no marks
    padding_s: float  # at the end, decoded, but beyond what the last packet's duration says

    @property
    def length_s(self):
        return len(self.samples) / self.rate


def look(path, video, audio, follow=False, tolerance=JITTER_S):
    """(Pictures or None, Sound or None). `follow`: the clock of the timestamps leads, samples are stretched to it;
    else jumps of less than `tolerance` seconds are none.

    Throws GeneratorError when ffmpeg can't decode the file or ffmpeg and ffprobe contradict each other."""
    facts = probe(path, "-show_frames", "-show_streams", "-show_entries",
                  "format=format_name:stream=index,codec_type,width,height,sample_aspect_ratio,channel_layout,r_frame_rate,start_time,duration:"
                  "stream_side_data=rotation:"
                  "frame=media_type,stream_index,best_effort_timestamp_time,pkt_duration_time,duration_time,nb_samples")
    streams = {stream["codec_type"]: stream for stream in reversed(facts["streams"])}
    frames = {kind: [f for f in facts["frames"] if f.get("stream_index") == streams[kind]["index"]] for kind in streams}
    pictures = sound = None
    if video:
        pictures = _pictures(path, _require(streams, "video"), frames["video"])
    if audio:
        tolerance = SLOPPY_TOLERANCE_S.get(facts["format"]["format_name"], tolerance)
        sound = _sound(path, _require(streams, "audio"), frames["audio"], follow, tolerance)
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
    return Pictures(times, numbers, times[-1] + shown, _shape(stream), interval)


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


def read_sound(path):
    """(rate, every sample ffmpeg hears as float32[n, channels]); timestamps play no part."""
    raw = generate(QUIET + ["-i", path, "-map", "0:a:0", "-f", "wav", "-bitexact", "-c:a", "pcm_f32le", "-"])
    at = raw.index(b"fmt ") + 8
    channels, rate = struct.unpack("<HI", raw[at + 2:at + 8])
    return rate, numpy.frombuffer(raw[raw.index(b"data", at) + 8:], numpy.float32).reshape(-1, channels)


def _sound(path, stream, frames, follow, tolerance):
    rate, decoded = read_sound(path)
    channels, layout = decoded.shape[1], stream.get("channel_layout", "unknown")
    frames = [frame for frame in frames if int(frame["nb_samples"]) > 0]
    counted = sum(int(frame["nb_samples"]) for frame in frames)
    if counted != len(decoded) or counted == 0:
        raise GeneratorError(f"ffmpeg hears {len(decoded)} samples, ffprobe {counted}")
    start = next((time for time in map(_time, frames) if time is not None), Fraction(0))
    if follow:
        return Sound(rate, start, _stretched(decoded, rate, frames, start), counted, 0.0, layout, 0.0)
    placed, end, read, gaps, origin = [], 0, 0, 0, start
    for frame in frames:
        count, time = int(frame["nb_samples"]), _time(frame)
        piece = decoded[read:read + count]
        read += count
        if time is not None:
            step = round((time - origin) * rate) - end
            if step > LONGEST_GAP_S * rate:
                raise GeneratorError(f"{step / rate:.0f} s pass without sound")
            if step > tolerance * rate:
                placed.append(numpy.zeros((step, channels), numpy.float32))
                end, gaps = end + step, gaps + step
            elif step <= -RESET_S * rate:
                origin += Fraction(step, rate)
            elif step < -tolerance * rate:
                piece = piece[-step:]
        placed.append(piece)
        end += len(piece)
    return Sound(rate, start, numpy.concatenate(placed), counted, gaps / rate, layout,
                 _padding(stream, frames[-1], start + Fraction(end, rate), rate))


def _padding(stream, frame, end, rate):
    """Seconds at the end that are decoded, but lie beyond what the last packet or the stream's header says."""
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
    times = numpy.array([float((_time(frame) - start) * rate) for frame in frames])
    slope, late = numpy.polyfit(firsts, times, 1)
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

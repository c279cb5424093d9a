# SPDX-License-Identifier: Apache-2.0
"""Runs react1's plan and prepare on a case and reads back what was made, with the ffmpeg program."""

import dataclasses
from fractions import Fraction

import numpy

import picture
from oracle import read_sound
from tools import QUIET, GeneratorError, generate, probe


__all__ = ["Answer", "GeneratorError", "MadeAudio", "MadeVideo", "ask", "read_audio", "read_video"]


@dataclasses.dataclass
class Answer:
    """What a command said: exit code, the JSON document ({} when there was none), stderr."""

    code: int
    document: dict
    stderr: str

    @property
    def error(self):
        """{"code", "where", "message", ...}, or None."""
        return self.document.get("error")


@dataclasses.dataclass
class MadeVideo:
    said: dict  # the clip's document
    numbers: list
    fps: Fraction
    width: int
    height: int
    patches: dict  # name: R'G'B' as the tags of the clip say
    even: bool  # all frames equally long, the first at 0
    codec: str


@dataclasses.dataclass
class MadeAudio:
    said: dict
    rate: int
    samples: numpy.ndarray  # float32[n, channels]


def ask(react1, case, video, audio, out):
    """(Answer of plan, Answer of prepare)."""
    answers = []
    for command in (["plan", video, audio], ["prepare", video, audio, "-o", out]):
        code, document, stderr = react1.document(command[0], *map(str, command[1:]), *case.flags())
        answers.append(Answer(code, document or {}, stderr))
    return answers


def read_video(said):
    """Reads DIR/video.mp4. Throws GeneratorError when ffmpeg can't."""
    path = said["path"]
    facts = probe(path, "-select_streams", "v:0", "-show_streams", "-show_entries",
                  "stream=codec_name,width,height,sample_aspect_ratio,r_frame_rate,color_range,color_space,pix_fmt:"
                  "stream_side_data=rotation:frame=pts_time", "-show_frames")
    stream = facts["streams"][0]
    times = [Fraction(frame["pts_time"]) for frame in facts["frames"]]
    pictures = _pictures(path, stream["width"], stream["height"])
    if len(pictures) != len(times):
        raise GeneratorError(f"ffmpeg shows {len(pictures)} pictures, ffprobe {len(times)}")
    fps = Fraction(stream["r_frame_rate"])
    # What is copied keeps its times, which may be off by as much as no clock, screen or eye notices (docs/media.md).
    off = Fraction(1, 5000) if said["action"] == "transcode" else Fraction(1, 1000)
    even = all(abs(time - i / fps) < off for i, time in enumerate(times))
    matrix = stream.get("color_space", "unknown")
    if matrix not in picture.MATRICES:  # untagged: what react1 documents
        matrix = "smpte170m" if stream["height"] <= 576 else "bt709"
    full = stream.get("color_range") == "pc"
    patches = {name: picture.to_rgb(ycc, matrix, full) for name, ycc in picture.read_patches(pictures[0]).items()}
    return MadeVideo(said, [picture.read_number(planes[0]) for planes in pictures], fps, stream["width"], stream["height"], patches,
                     even, stream["codec_name"])


def _pictures(path, width, height):
    """The three planes of every picture, as they are stored."""
    raw = generate(QUIET + ["-noautorotate", "-i", path, "-map", "0:v:0", "-fps_mode", "passthrough", "-pix_fmt", "yuv420p",
                            "-f", "rawvideo", "-"])
    half_width, half_height = -(-width // 2), -(-height // 2)
    luma, chroma = width * height, half_width * half_height
    whole = numpy.frombuffer(raw, numpy.uint8).reshape(-1, luma + 2 * chroma)
    return [(one[:luma].reshape(height, width), one[luma:luma + chroma].reshape(half_height, half_width),
             one[luma + chroma:].reshape(half_height, half_width)) for one in whole]


def read_audio(said):
    """Reads DIR/audio.mp3. Throws GeneratorError when ffmpeg can't."""
    return MadeAudio(said, *read_sound(said["path"]))

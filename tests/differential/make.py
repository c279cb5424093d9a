# SPDX-License-Identifier: Apache-2.0
"""Makes the files of a case with the ffmpeg program, from raw pictures and raw sound that are drawn here."""

import pathlib
from fractions import Fraction

import numpy

import formats
import noise
import picture
from tools import EXACT, QUIET, GeneratorError, generate

FINE_TICKS = 90000  # time base where frames are not evenly spaced


def make_files(case, folder):
    """(VIDEO, AUDIO) paths; None for a clip that the case does not have. Throws GeneratorError."""
    folder = pathlib.Path(folder)
    video = audio = None
    if case.video:
        video = make_clip(folder / "video", case.video, case.audio if case.one_file else None, case.seed)
    if case.one_file:
        audio = video
    elif case.audio:
        audio = make_clip(folder / "audio", None, case.audio, case.seed)
    return video, audio


def make_clip(folder, video, audio, seed):
    """One file with the streams given; container, mux, start and treatment are those of the picture where there is one."""
    outer = video or audio
    folder.mkdir(parents=True, exist_ok=True)
    treatment = outer["treatment"] or {"kind": None}
    kind = treatment["kind"]
    parts = [_encode(folder, 0, outer, video, audio, seed)]
    if kind in ("bytes_twice", "concat"):
        parts.append(_encode(folder, 1, outer, video, audio, seed))
    out = folder / f"{'picture' if video else 'sound'}.{ending(outer, video)}"
    if kind is None:
        parts[0].rename(out)
    elif kind == "bytes_twice":
        out.write_bytes(b"".join(part.read_bytes() for part in parts))
    elif kind == "concat":
        (folder / "list").write_text("".join(f"file '{part.name}'\n" for part in parts))
        _copy(["-f", "concat", "-i", folder / "list"], outer, out)
    elif kind == "cut_copy":
        _copy(["-ss", f"{treatment['at_s']}", "-i", parts[0]], outer, out)
    elif kind == "segment":
        wanted = folder / f"part1.{ending(outer, video)}"
        generate(QUIET + ["-copyts", "-i", parts[0], "-map", "0", "-c", "copy", *EXACT, "-f", "segment", "-segment_format",
                          muxer(outer), "-segment_time", f"{treatment['at_s']}", folder / f"part%d.{ending(outer, video)}"])
        if not wanted.exists():
            raise GeneratorError("ffmpeg makes one segment only")
        wanted.rename(out)
    else:
        raise ValueError(f"no such treatment: {kind}")
    if video and video["rotation"]:
        _turn(out, video["rotation"])
    return out


def _turn(path, degrees):
    """Writes the display matrix of an MP4's or MOV's picture, as cameras do."""
    one = 1 << 16
    a, b, c, d = {90: (0, one, -one, 0), 180: (-one, 0, 0, -one), 270: (0, -one, one, 0)}[degrees]
    data = bytearray(path.read_bytes())
    at = data.find(b"tkhd")
    while at >= 0:
        matrix = at + (56 if data[at + 4] else 44)
        if any(data[matrix + 36:matrix + 44]):  # a track with a size
            values = (a, b, 0, c, d, 0, 0, 0, 1 << 30)
            data[matrix:matrix + 36] = b"".join(value.to_bytes(4, "big", signed=True) for value in values)
        at = data.find(b"tkhd", at + 4)
    path.write_bytes(data)


def ending(outer, video):
    return (formats.VIDEO_CONTAINERS if video else formats.AUDIO_CONTAINERS)[outer["container"]][0]


def muxer(outer):
    return {"rf64": "wav"}.get(outer["container"], outer["container"])


def _copy(source, outer, out):
    generate(QUIET + [*source, "-map", "0", "-c", "copy", *EXACT, *_mux_options(outer, []), out])


def _encode(folder, part, outer, video, audio, seed):
    """One file with the streams; `part` 1 goes on where part 0 ended."""
    inputs, options = [], []
    if video:
        raw = folder / f"raw{part}.yuv"
        _draw_pictures(raw, video, part)
        width, height = video["size"]
        inputs += ["-f", "rawvideo", "-pix_fmt", "gbrp" if video["pixels"] == "rgb24" else video["pixels"], "-video_size",
                   f"{width}x{height}", "-framerate", video["rate"], "-i", raw]
        options += _video_options(video)
    if audio:
        raw = folder / f"raw{part}.f32"
        rate, channels, samples = audio["sample_rate"], audio["channels"], audio["samples"]
        signal = noise.sound(seed % 50 + part, rate, samples, channels)
        # Many channels are mixed into two, and no limiter is to have a part in that.
        raw.write_bytes((signal if channels <= 2 else signal * numpy.float32(0.3)).tobytes())
        if video and audio["start_s"]:
            inputs += ["-itsoffset", str(audio["start_s"])]
        inputs += ["-f", "f32le", "-ar", str(rate)]
        inputs += ["-ch_layout", audio["layout"]] if audio["layout"] else ["-ac", str(channels)]
        inputs += ["-i", raw]
        options += _audio_options(audio, shifted=bool(video))
    filters = []
    for raw_file in ([] if not video else ["0:v"]) + ([] if not audio else [f"{1 if video else 0}:a"]):
        filters += ["-map", raw_file]
    out = folder / f"whole{part}.{ending(outer, video)}"
    mapping = _mux_options(outer, filters)
    if outer["mux"] == "id3":
        mapping += ["-metadata", "title=A title", "-metadata", "artist=Somebody"]
    generate(QUIET + inputs + filters + options + EXACT + mapping + [out])
    for raw_file in folder.glob("raw*"):
        raw_file.unlink()
    return out


def _draw_pictures(path, video, part):
    bits, chroma = formats.PIXELS[video["pixels"]]
    width, height = video["size"]
    turns = video["rotation"] // 90
    if turns % 2:
        width, height, chroma = height, width, (chroma[1], chroma[0])
    painter = picture.Painter(width, height, matrix=matrix_of(video), full=video["full_range"], chroma=chroma, bits=bits,
                              turns=turns)
    with open(path, "wb") as raw:
        for number in range(video["frames"]):
            raw.write(painter.frame((number + part * video["frames"]) % 2048))


def matrix_of(video):
    """The matrix that the pictures are drawn with: what the tags mean."""
    if video["pixels"] == "rgb24":
        return "rgb"
    if video["codec"] == "mjpeg":
        return "smpte170m"  # JFIF says so, whatever the container does
    return {"untagged": "smpte170m", "reserved": "smpte170m", "bt2020": "bt2020nc"}.get(video["colors"], video["colors"])


# name: matrix, primaries, transfer, as ffmpeg calls them
TAGS = {"bt709": ("bt709", "bt709", "bt709"), "smpte170m": ("smpte170m", "smpte170m", "smpte170m"),
        "bt470bg": ("bt470bg", "bt470bg", "bt709"), "smpte240m": ("smpte240m", "smpte240m", "smpte240m"),
        "bt2020": ("bt2020nc", "bt2020", "bt2020-10")}


def _video_options(video):
    codec, timing = video["codec"], video["timing"]["kind"]
    range_name = "pc" if video["full_range"] else "tv"
    filters, options, bitstream = [], [], []
    if timing not in ("constant", "held_last"):
        ticks = ticks_of(video)
        filters += [f"settb={1 / ticks}", f"setpts='{times(video)}'"]
        options += ["-enc_time_base", str(1 / ticks).replace("/", ":")]
    if video["sar"] != "1:1":
        filters.append(f"setsar={video['sar'].replace(':', '/')}")
    if video["interlaced"]:
        filters.append("setfield=tff")
        options += ["-flags", "+ildct+ilme"] if codec != "h264" else ["-x264-params", "tff=1"]
    tags = TAGS.get(video["colors"]) if codec != "mjpeg" else None
    if tags:
        filters.append(f"setparams=range={range_name}:colorspace={tags[0]}:color_primaries={tags[1]}:color_trc={tags[2]}")
        options += ["-colorspace", tags[0], "-color_primaries", tags[1], "-color_trc", tags[2], "-color_range", range_name]
    if video["colors"] == "reserved":
        filters.append(f"setparams=range={range_name}")
        options += ["-color_range", range_name]
        bitstream.append(f"{codec}_metadata=matrix_coefficients=3")
    if timing == "held_last":
        last = video["frames"] - 1
        factor = float(video["timing"]["hold_s"] * Fraction(video["rate"]))
        bitstream.append(f"setts=pts=PTS:dts=DTS:duration='if(eq(N,{last}),DURATION*{factor:.4f},DURATION)'")
    options += ["-c:v", *formats.VIDEO_ENCODERS[codec], "-pix_fmt", video["pixels"], "-g", str(video["gop"])]
    if codec in formats.WITH_BFRAMES:
        options += ["-bf", str(video["bframes"])]
    if codec == "h264" and video["open_gop"]:
        options += ["-x264-params", "open-gop=1"]
    if codec == "mpeg4" and video["container"] == "avi":
        options += ["-vtag", "xvid"]
    options += ["-vf", ",".join(filters)] if filters else []
    options += ["-bsf:v", ",".join(bitstream)] if bitstream else []
    return options + ["-fps_mode", "passthrough"]


def ticks_of(video):
    """Ticks in a second: AVI counts frames, and has an empty one for each that is missing."""
    return Fraction(video["rate"]) if video["container"] == "avi" else Fraction(FINE_TICKS)


def times(video):
    """An expression for setpts: the frame's time in ticks, always growing."""
    timing = video["timing"]
    frame = f"({ticks_of(video) / Fraction(video['rate'])})"
    seed, frames = timing["seed"], video["frames"]
    dice = f"if(eq(N,0),0*st(1,{seed}),"
    middle = frames // 2
    kinds = {
        "jitter": f"{dice}(N+0.4*(random(1)-0.5))*{frame})",
        "phone": f"{dice}PREV_OUTPTS+{frame}*(0.75+0.5*random(1)))",
        "screen": f"{dice}PREV_OUTPTS+{frame}*(1+floor(random(1)*random(1)*5)))",
        "switch": f"if(lt(N,{middle}),N,{middle}+(N-{middle})*2)*{frame}",
        "pause": f"(N+if(lt(N,{middle}),0,{seed % 40 + 2}))*{frame}",
        "drop": f"(N+floor(N/{seed % 9 + 4}))*{frame}",
    }
    return kinds[timing["kind"]]


def _audio_options(audio, shifted):
    codec = audio["codec"]
    options = ["-c:a", formats.AUDIO_ENCODERS.get(codec, codec)]
    options += ["-strict", "-2"] if codec in formats.EXPERIMENTAL or codec in ("opus", "flac") else []
    if audio["bitrate_k"] == "vbr":
        options += ["-q:a", "4"]
    elif audio["bitrate_k"]:
        options += ["-b:a", f"{audio['bitrate_k']}k"]
    elif codec in ("aac", "mp3", "ac3", "eac3", "mp2", "vorbis", "wmav2") and audio["sample_rate"] >= 32000:
        options += ["-b:a", f"{96 * max(audio['channels'], 1)}k"]
    bitstream = []
    if audio["gap"]:
        first, count = audio["gap"]
        bitstream.append(f"noise=drop=between(n\\,{first}\\,{first + count - 1})")
    if audio["jitter_ms"]:
        # In units of a packet's duration: the time base is another one from version to version.
        share = 2 * audio["jitter_ms"] / 1000 / formats.packet_s(codec, audio["sample_rate"])
        bitstream.append(f"setts=ts='TS+floor((random(1)-0.5)*{share:.5f}*DURATION)*gt(N,0)'")
    if audio["drift"]:
        bitstream.append(f"setts=ts='TS*{1 + audio['drift']}'")
    return options + (["-bsf:a", ",".join(bitstream)] if bitstream else [])


def _mux_options(outer, mapping):
    options = []
    container = muxer(outer)
    if container in ("mp4", "mov", "ipod"):
        flags = {"plain": "+faststart", "index_last": "", "no_edit_list": "+faststart",
                 "fragments": "+frag_keyframe+empty_moov+delay_moov"}[outer["mux"]]
        options += ["-movflags", flags] if flags else []
        if outer["mux"] == "fragments":
            options += ["-frag_duration", "400000"]
        if outer["mux"] == "no_edit_list":
            options += ["-use_editlist", "0"]
    if outer["container"] == "rf64":
        options += ["-rf64", "always"]
    if outer["mux"] == "no_tag":
        options += ["-write_xing", "0", "-id3v2_version", "0"]
    if outer["start_s"] and (not mapping or "frames" in outer or "0:a" in mapping):
        options += ["-output_ts_offset", str(outer["start_s"])] if mapping else []
        if outer["start_s"] < 0:
            options += ["-avoid_negative_ts", "disabled"]
    return ["-strict", "-2", *options, "-f", container]

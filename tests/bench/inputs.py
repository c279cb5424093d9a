# SPDX-License-Identifier: Apache-2.0
"""The clips that are measured on. Real ones where there are any, else made from the fixtures; the long ones are made by
repeating packets. Every file is made once and kept in the work folder; the same inputs give the same files."""

import json
import os
from pathlib import Path

import measure

ROOT = Path(__file__).resolve().parents[2]
FFMPEG = ["ffmpeg", "-v", "error", "-nostdin", "-y"]


def media_dir():
    named = os.environ.get("REACT1_MEDIA_DIR")
    for folder in [Path(named)] if named else [ROOT.parent / "shared/media", ROOT.parents[1] / "shared/media"]:
        if folder.is_dir():
            return folder.resolve()
    return None


class Inputs:
    def __init__(self, folder):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.media = media_dir()

    def describe(self):
        return f"real clips from {self.media}" if self.media else "clips made from the fixtures (no real ones found)"

    def _made(self, name, *arguments):
        """`name` in the work folder, by ffmpeg, unless it is there."""
        path = self.folder / name
        if not path.exists():
            part = path.with_name("part." + name)
            measure.run([*FFMPEG, *map(str, arguments), str(part)])
            part.rename(path)
        return path

    def _real(self, name):
        path = self.media / name if self.media else None
        return path if path and path.exists() else None

    # What the rows ask for ------------------------------------------------------------------------------------------

    def portrait_hevc_20s(self):
        """HEVC 1080×1920, 25 fps, 20 s, with sound."""
        return self._real("presenter_hevc_1080x1920_25fps_20s.mp4") or self._made(
            "portrait_hevc_20s.mp4", "-stream_loop", 4, "-i", ROOT / "fixtures/presenter_hevc_25fps_4s.mp4",
            "-f", "lavfi", "-i", "sine=f=220:r=48000", "-t", 20, "-vf", "scale=1080:1920:flags=bicubic,noise=c0s=6:c0f=t",
            "-c:v", "libx265", "-preset", "fast", "-x265-params", "log-level=error", "-c:a", "aac", "-tag:v", "hvc1",
            "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv")

    def voice_60s(self):
        return self._real("speech_16k_mono_60s.wav") or self._made(
            "voice_60s.wav", "-stream_loop", 12, "-i", ROOT / "fixtures/voice_mono_16k_20s.wav", "-t", 60)

    def long_h264(self):
        """H.264 with B-frames, over 15 s, that can be cut by copying."""
        return self._real("face_h264_480x480_30fps_33s.mp4") or self._made(
            "long_h264.mp4", "-stream_loop", 5, "-i", ROOT / "fixtures/presenter_h264_bframes_25fps_6s_audio.mp4",
            "-t", 33, "-c:v", "libx264", "-preset", "fast", "-c:a", "aac")

    def compliant(self):
        """A 1080×1920 H.264 clip just under the limit, as a careful person would export it: nothing is to be done."""
        return self._made(
            "compliant.mp4", "-i", self.portrait_hevc_20s(), "-frames:v", 374, "-an", "-c:v", "libx264", "-preset",
            "veryfast", "-crf", 18, "-profile:v", "high", "-bf", 0, "-pix_fmt", "yuv420p", "-colorspace", "bt709",
            "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv", "-map_metadata", -1, "-fflags",
            "+bitexact", "-use_editlist", 0, "-video_track_timescale", 12800, "-movie_timescale", 12800,
            "-movflags", "+faststart")

    def compliant_voice(self):
        return self._made("compliant.mp3", "-i", self.voice_60s(), "-t", 14.5, "-ac", 1, "-ar", 44100, "-c:a",
                          "libmp3lame", "-b:a", "128k", "-map_metadata", -1, "-fflags", "+bitexact", "-id3v2_version", 0)

    def landscape_4k(self):
        """HEVC 3840×2160, 25 fps, 6 s."""
        return self._made("landscape_4k.mp4", "-i", self.portrait_hevc_20s(), "-t", 6, "-an", "-vf",
                          "transpose=1,scale=3840:2160:flags=bicubic", "-c:v", "libx265", "-preset", "superfast", "-x265-params",
                          "log-level=error", "-tag:v", "hvc1", "-colorspace", "bt709", "-color_primaries", "bt709",
                          "-color_trc", "bt709", "-color_range", "tv")

    def portrait_hevc_10s(self):
        return self._made("portrait_hevc_10s.mp4", "-i", self.portrait_hevc_20s(), "-t", 10, "-c", "copy")

    def lasting(self, minutes):
        """Picture and sound for so many minutes, by repeating one clip's packets."""
        name = f"lasting_{minutes}min.mp4"
        if (self.folder / name).exists():
            return self.folder / name
        source = self.long_h264()
        length = float(json.loads(measure.output_of(
            ["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "json", str(source)]))["format"]["duration"])
        return self._made(name, "-stream_loop", int(minutes * 60 / length), "-i", source, "-map", "0:v:0", "-map",
                          "0:a:0", "-c", "copy")

    def many(self, count):
        """`count` names for small clips of all kinds that can be read."""
        folder = self.folder / f"many_{count}"
        kinds = sorted(p for d in [ROOT / "fixtures", self.media] if d for p in d.iterdir()
                       if p.suffix in (".mp4", ".m4a", ".mp3", ".wav", ".webm")
                       and not p.stem.startswith(("empty", "text_named", "truncated")))
        folder.mkdir(exist_ok=True)
        names = []
        for i in range(count):
            kind = kinds[i % len(kinds)]
            link = folder / f"{i:04}_{kind.name}"
            if not link.exists():
                link.symlink_to(kind)
            names.append(str(link))
        return names

# SPDX-License-Identifier: Apache-2.0
"""One function per row of the table: what the peer does, what we do, and the goal that the two are held against."""

import json
import shutil
from dataclasses import dataclass, field

import measure
from inputs import FFMPEG
from ssim import ssim

# What the default quality encodes with (docs/quality.md), for the peer that is given the same settings.
PRESET, CRF, KBPS = "veryfast", 17, 128

COLOURS = ["-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv"]


@dataclass
class Row:
    name: str
    work: str
    peer: str
    goal: str
    values: dict  # what was measured, by name
    met: bool
    notes: list = field(default_factory=list)


def same_settings_video(source, output, fps, seconds=15, seek=(), filters=()):
    return [*FFMPEG, *map(str, seek), "-t", str(seconds), "-i", str(source), "-an", "-sn", *filters, "-c:v", "libx264", "-preset",
            PRESET, "-crf", str(CRF), "-profile:v", "high", "-bf", "0", "-g", str(2 * fps), "-flags", "+cgop", "-x264-params",
            "me=dia", "-pix_fmt", "yuv420p", *COLOURS, "-map_metadata", "-1", "-movflags", "+faststart", str(output)]


def same_settings_audio(source, output, seconds=15, seek=()):
    return [*FFMPEG, *map(str, seek), "-t", str(seconds), "-i", str(source), "-vn", "-c:a", "libmp3lame", "-b:a",
            f"{KBPS}k", "-compression_level", "2", "-ar", "48000", "-map_metadata", "-1", str(output)]


def as_written_video(source, output):
    return [*FFMPEG, "-t", "15", "-i", str(source), "-c:v", "libx264", "-pix_fmt", "yuv420p", "-an", str(output)]


def as_written_audio(source, output):
    return [*FFMPEG, "-t", "15", "-i", str(source), "-c:a", "libmp3lame", str(output)]


class Bench:
    def __init__(self, react1, inputs, folder, rounds):
        self.react1, self.inputs, self.folder, self.rounds = str(react1), inputs, folder, rounds
        folder.mkdir(parents=True, exist_ok=True)

    def prepare(self, video, audio, *flags, name="ours"):
        """The command, and the folder that it writes."""
        output = self.folder / name
        shutil.rmtree(output, ignore_errors=True)
        return [self.react1, "prepare", str(video), str(audio), "-o", str(output), "-q", *map(str, flags)], output

    def ours(self, video, audio, *flags, name="ours"):
        command, _ = self.prepare(video, audio, *flags, name=name)
        return measure.run(command)

    def document(self, name="ours"):
        return json.loads((self.folder / name / "prepare.json").read_text())

    def _wall(self, pair):
        values = {}
        for side in ("peer", "ours"):
            values[f"{side}_wall_s"] = round(pair.median(side, "wall_s"), 4)
            values[f"{side}_cpu_s"] = round(pair.median(side, "cpu_s"), 4)
            values[f"{side}_rss_mb"] = round(pair.median(side, "rss_kb") / 1024, 1)
        for what, name in (("wall_s", "wall"), ("cpu_s", "cpu"), ("rss_kb", "rss")):
            values[f"ratio_{name}"] = round(pair.ratio(what), 4)
        return values

    # The rows -------------------------------------------------------------------------------------------------------

    def transcode_same_settings(self):
        return self._transcode("same settings", "ffmpeg, the same codec settings, both clips at once",
                               same_settings_video, same_settings_audio, 0.92, higher=False)

    def transcode_as_written(self):
        return self._transcode("as people write it", "ffmpeg -t 15 -c:v libx264 -pix_fmt yuv420p, and libmp3lame, both at once",
                               as_written_video, as_written_audio, 0.40, higher=True)

    def _transcode(self, name, peer, peer_video, peer_audio, goal, higher):
        video, audio = self.inputs.portrait_hevc_20s(), self.inputs.voice_60s()
        theirs = self.folder / "peer.mp4"
        if peer_video is as_written_video:
            commands = [peer_video(video, theirs), peer_audio(audio, self.folder / "peer.mp3")]
        else:
            commands = [peer_video(video, theirs, 25), peer_audio(audio, self.folder / "peer.mp3")]
        pair = measure.alternate(lambda: measure.run(*commands),
                                 lambda: self.ours(video, audio, "--reencode", "always"), self.rounds)
        values = self._wall(pair)
        frames = self.document()["video"]["video"]["frames"]
        values["peer_ssim"] = ssim(theirs, video, frames)
        values["ours_ssim"] = ssim(self.folder / "ours/video.mp4", video, frames)
        values["peer_video_bytes"] = theirs.stat().st_size
        values["ours_video_bytes"] = (self.folder / "ours/video.mp4").stat().st_size
        # The filter prints six places; the sixth is noise of the rate control's threads.
        near = values["ours_ssim"] > values["peer_ssim"] if higher else values["ours_ssim"] >= values["peer_ssim"] - 2e-5
        return Row(name, "HEVC 1080×1920 20 s + voice 60 s → prepared pair", peer,
                   f"≤ {goal:.2f} × wall, SSIM {'higher' if higher else 'no lower'}", values,
                   values["ratio_wall"] <= goal and near)

    def passthrough(self):
        return self._passthrough("passthrough", "decode")

    def passthrough_counted(self):
        return self._passthrough("passthrough, counted", "packets")

    def _passthrough(self, name, check):
        video, audio = self.inputs.compliant(), self.inputs.compliant_voice()
        copies = [[*FFMPEG, "-i", str(video), "-c", "copy", str(self.folder / "peer.mp4")],
                  [*FFMPEG, "-i", str(audio), "-c", "copy", str(self.folder / "peer.mp3")]]
        pair = measure.alternate(lambda: measure.run(*copies), lambda: self.ours(video, audio, "--copy-check", check),
                                 self.rounds * 3)
        values = self._wall(pair)
        self._require_action("passthrough")
        encoding = measure.run(as_written_video(video, self.folder / "peer.mp4"),
                               as_written_audio(audio, self.folder / "peer.mp3"))
        values["transcoding_wall_s"] = round(encoding.wall_s, 3)
        values["times_faster_than_transcoding"] = round(encoding.wall_s / values["ours_wall_s"], 1)
        return Row(name, f"compliant H.264 + MP3 → prepared pair, --copy-check {check}",
                   "ffmpeg -c copy of each, both at once", "≤ 0.50 × wall, 50 × faster than transcoding", values,
                   values["ratio_wall"] <= 0.5 and values["times_faster_than_transcoding"] >= 50)

    def cut(self):
        return self._cut("cut", "decode")

    def cut_counted(self):
        return self._cut("cut, counted", "packets")

    def _cut(self, name, check):
        video, audio = self.inputs.long_h264(), self.inputs.compliant_voice()
        theirs = self.folder / "peer.mp4"
        copies = [[*FFMPEG, "-i", str(video), "-c", "copy", "-t", "15", str(theirs)],
                  [*FFMPEG, "-i", str(audio), "-c", "copy", "-t", "15", str(self.folder / "peer.mp3")]]
        pair = measure.alternate(lambda: measure.run(*copies), lambda: self.ours(video, audio, "--copy-check", check),
                                 self.rounds * 3)
        values = self._wall(pair)
        self._require_action("cut")
        values["ours_s"], values["peer_s"] = self._longest(self.folder / "ours/video.mp4"), self._longest(theirs)
        return Row(name, f"H.264 of over 15 s, cut by copying, --copy-check {check}",
                   "ffmpeg -c copy -t 15 of each, both at once", "≤ 0.80 × wall, within 15 s", values,
                   values["ratio_wall"] <= 0.8 and values["ours_s"] <= 15,
                   [f"by its longest measure the peer's clip lasts {values['peer_s']:.3f} s"])

    def _longest(self, clip):
        text = measure.output_of(["ffprobe", "-v", "error", "-ignore_editlist", "1", "-show_entries",
                                  "format=duration:stream=duration:packet=pts_time,duration_time", "-of", "json", str(clip)])
        facts = json.loads(text)
        ends = [float(p["pts_time"]) + float(p["duration_time"]) for p in facts["packets"] if "pts_time" in p]
        return max([float(facts["format"]["duration"]), *[float(s["duration"]) for s in facts["streams"]], *ends])

    def _require_action(self, action):
        document = self.document()
        if document["video"]["action"] != action:
            raise measure.Failed(f"the clip was not a case of {action}: {document['video']}")

    def middle_of_an_hour(self):
        values, notes = {}, []
        for minutes in (10, 60):
            clip, start = self.inputs.lasting(minutes), minutes * 30 + 3.3
            # The clip is untagged and small, so its colours are BT.601; tagging them BT.709 alone would change them.
            colours = ["-vf", "scale=in_color_matrix=bt601:out_color_matrix=bt709"]
            commands = [same_settings_video(clip, self.folder / "peer.mp4", 30, 10, ["-ss", start], colours),
                        same_settings_audio(clip, self.folder / "peer.mp3", 10, ["-ss", start])]
            flags = ["--start", start, "--duration", 10]
            pair = measure.alternate(lambda: measure.run(*commands), lambda: self.ours(clip, clip, *flags), self.rounds)
            for key, value in self._wall(pair).items():
                values[key if minutes == 60 else f"{minutes}min_{key}"] = value
        # The same ten seconds of the same pictures, in a short file and in a long one.
        start = 303.3
        clips = [self.inputs.lasting(minutes) for minutes in (10, 60)]
        growth = measure.alternate(*[lambda clip=clip: self.ours(clip, clip, "--start", start, "--duration", 10)
                                     for clip in clips], self.rounds)
        for what, name in (("wall_s", "wall"), ("cpu_s", "cpu")):
            values[f"hour_over_ten_minutes_{name}"] = round(growth.ratio(what), 3)
        # 5 % is what two runs of the same work differ by.
        grows_not = values["hour_over_ten_minutes_cpu"] <= 1.05
        return Row("middle of an hour", "10 s out of the middle of a one-hour MP4 → prepared pair",
                   "ffmpeg -ss … -t 10, the same codec settings and colours, both at once", "≤ 1.0 × wall, not growing with the file",
                   values, values["ratio_wall"] <= 1.0 and grows_not, notes)

    def probe_many(self):
        files = self.inputs.many(500)
        each = [["ffprobe", "-v", "error", "-count_packets", "-show_format", "-show_streams", "-of", "json", f] for f in files]
        ours = [self.react1, "probe", "--json", "-q", *files]
        pair = measure.alternate(lambda: measure.run_each(each), lambda: measure.run(ours), max(1, self.rounds // 2))
        values = self._wall(pair)
        return Row("probe", "probe 500 files, exact counts", "ffprobe -count_packets, one after the other",
                   "≤ 0.10 × wall", values, values["ratio_wall"] <= 0.1)

    def memory_1080p(self):
        return self._memory("memory, 1080p", self.inputs.portrait_hevc_20s(), 25)

    def memory_4k(self):
        return self._memory("memory, 4K", self.inputs.landscape_4k(), 25)

    def _memory(self, name, video, fps):
        audio = self.inputs.voice_60s()
        output = self.folder / "peer.mp4"
        pair = measure.alternate(lambda: measure.run(as_written_video(video, output)),
                                 lambda: self.ours(video, audio, "--reencode", "always"), max(2, self.rounds // 2))
        values = self._wall(pair)
        same = [measure.run(same_settings_video(video, output, fps)).rss_kb / 1024 for _ in range(2)]
        values["peer_same_settings_rss_mb"] = round(max(same), 1)
        values["ratio_rss_same_settings"] = round(values["ours_rss_mb"] / values["peer_same_settings_rss_mb"], 3)
        return Row(name, f"peak memory of prepare, {name.split()[-1]}", "the ffmpeg command as people write it, video only",
                   "≤ 0.80 × peak memory", values, values["ratio_rss"] <= 0.8,
                   [f"{values['ratio_rss_same_settings']:.2f} × of ffmpeg with the same codec settings"])

    def memory_of_length(self):
        """No peer: our own memory on 4 hours against 10 seconds."""
        clips = [self.inputs.portrait_hevc_10s(), self.inputs.lasting(240)]
        short = self.inputs.long_h264()
        ten_seconds = ["--duration", 10, "--reencode", "always"]
        pair = measure.alternate(lambda: self.ours(short, short, *ten_seconds),
                                 lambda: self.ours(clips[1], clips[1], "--start", 7203.3, *ten_seconds), max(2, self.rounds // 2))
        values = self._wall(pair)
        return Row("memory and length", "10 s out of the middle of four hours", "react1 on 10 s of a 33 s clip",
                   "no more memory (≤ 1.05 ×)", values, values["ratio_rss"] <= 1.05)

    ALL = [transcode_same_settings, transcode_as_written, passthrough, passthrough_counted, cut, cut_counted,
           middle_of_an_hour, probe_many, memory_1080p,
           memory_4k, memory_of_length]

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What each --quality gives: SSIM against the source's frames (VMAF too where ffmpeg has libvmaf), size and time."""

import argparse
import json
import re
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import measure
import report
from inputs import FFMPEG, ROOT, Inputs
from ssim import ssim

QUALITIES = ["draft", "standard", "high", "lossless"]
CLIPS = ["presenter_hevc_1080x1920_25fps_10s.mp4", "face_h264_704x1216_25fps_10s_noaudio.mp4",
         "face_h264_1280x720_30fps_9s.mp4"]


def has_vmaf():
    return "libvmaf" in measure.output_of(["ffmpeg", "-hide_banner", "-filters"])


def vmaf(clip, source, frames):
    graph = (f"[0:v]trim=end_frame={frames},setpts=N/TB,settb=1/25[a];"
             f"[1:v]trim=end_frame={frames},setpts=N/TB,settb=1/25,format=yuv420p[b];[a][b]libvmaf")
    text = subprocess.run(["ffmpeg", "-nostdin", "-hide_banner", "-i", str(clip), "-i", str(source), "-lavfi", graph, "-f",
                           "null", "-"], check=True, capture_output=True, text=True).stderr
    return float(re.findall(r"VMAF score: ([0-9.]+)", text)[-1])


def measured(react1, clip, voice, quality, folder, rounds):
    output = folder / quality
    command = [str(react1), "prepare", str(clip), str(voice), "-o", str(output), "-q", "--reencode", "always", "--quality",
               quality]
    costs = [measure.run(command) for _ in range(rounds)]
    return describe(output / "video.mp4", clip, costs, (output / "audio.mp3").stat().st_size)


def as_written(clip, voice, folder, rounds):
    """The command that people write, for comparison."""
    video, audio = folder / "peer.mp4", folder / "peer.mp3"
    costs = [measure.run([*FFMPEG, "-t", "15", "-i", str(clip), "-c:v", "libx264", "-pix_fmt", "yuv420p", "-an", str(video)],
                         [*FFMPEG, "-t", "15", "-i", str(voice), "-c:a", "libmp3lame", str(audio)]) for _ in range(rounds)]
    return describe(video, clip, costs, audio.stat().st_size)


def describe(video, clip, costs, audio_bytes):
    frames = int(measure.output_of(["ffprobe", "-v", "error", "-select_streams", "v", "-count_packets", "-show_entries",
                                    "stream=nb_read_packets", "-of", "csv=p=0", str(video)]).strip().strip(","))
    return {"ssim": ssim(video, clip, frames), "vmaf": vmaf(video, clip, frames) if has_vmaf() else None,
            "video_bytes": video.stat().st_size, "audio_bytes": audio_bytes,
            "wall_s": statistics.median(c.wall_s for c in costs), "cpu_s": statistics.median(c.cpu_s for c in costs)}


def markdown(results):
    lines = ["| clip | quality | SSIM | VMAF | video | audio | wall | CPU |", "|---|---|---|---|---|---|---|---|"]
    for clip, rows in results.items():
        for quality, row in rows.items():
            score = "–" if row["vmaf"] is None else f"{row['vmaf']:.1f}"
            lines.append(f"| {clip} | {quality} | {row['ssim']:.4f} | {score} | {row['video_bytes'] / 1e6:.2f} MB | "
                         f"{row['audio_bytes'] / 1e3:.0f} kB | {row['wall_s']:.2f} s | {row['cpu_s']:.2f} s |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--react1", default=ROOT / "build/release/react1", type=Path)
    parser.add_argument("--rounds", default=3, type=int)
    parser.add_argument("--only", action="append", default=[], help="clips whose name contains this; repeatable")
    parser.add_argument("--work", default=Path(tempfile.gettempdir()) / "react1-bench", type=Path)
    parser.add_argument("--json", default=ROOT / "build/quality.json", type=Path)
    options = parser.parse_args()
    inputs = Inputs(options.work / "inputs")
    folder = options.work / "quality"
    folder.mkdir(parents=True, exist_ok=True)
    clips = [inputs.media / name for name in CLIPS] if inputs.media else [inputs.portrait_hevc_10s()]
    clips = [clip for clip in clips if not options.only or any(word in clip.name for word in options.only)]
    voice = inputs.voice_60s()
    results = {}
    for clip in clips:
        print(f"{clip.name} ...", file=sys.stderr, flush=True)
        rows = results[clip.name] = {}
        for quality in QUALITIES:
            rows[quality] = measured(options.react1.resolve(), clip, voice, quality, folder, options.rounds)
        rows["ffmpeg as people write it"] = as_written(clip, voice, folder, options.rounds)
    print(markdown(results))
    print(f"\nmachine: {report.machine()}")
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps({"machine": report.machine(), "clips": results}, indent=2) + "\n")


if __name__ == "__main__":
    main()

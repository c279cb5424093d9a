# SPDX-License-Identifier: Apache-2.0
"""How near a clip is to the frames that it should show, by ffmpeg's ssim filter (1 = the same)."""

import re
import subprocess


def ssim(clip, source, frames, start=0.0):
    """Mean SSIM of the first `frames` frames of `clip` against those of `source` from `start` on, pairwise by count."""
    def pick(label):
        return f"[{label}:v]trim=end_frame={frames},setpts=N/TB,settb=1/25,format=yuv420p[v{label}]"
    seek = ["-ss", str(start)] if start else []
    command = ["ffmpeg", "-nostdin", "-hide_banner", "-i", str(clip), *seek, "-i", str(source), "-lavfi",
               f"{pick(0)};{pick(1)};[v0][v1]ssim=shortest=1", "-an", "-f", "null", "-"]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stderr
    return float(re.findall(r"SSIM .*All:([0-9.]+)", text)[-1])

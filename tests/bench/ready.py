#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""From "the result is ready" to the verified file with its record: where the time goes. Runs against a sandbox in a process of
its own; next to it, what `ffmpeg` needs for decoding the same file once."""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import measure
import report
from inputs import ROOT, Inputs

LINE = "since the result was ready: "


def one_run(react1, url, folder, video, audio):
    """The laps of one job, in seconds by name."""
    environment = {**os.environ, "REACT1_QUEUE_URL": url, "REACT1_REST_URL": url, "FAL_KEY": "bench:not-a-real-secret",
                   "REACT1_STATE_DIR": str(folder / "state")}
    done = subprocess.run([str(react1), "run", str(video), str(audio), "--emotion", "happy", "--lipsync-mode", "cut_off", "--again",
                           "-vv", "-o", str(folder / "out.mp4")], env=environment, capture_output=True, text=True)
    reported = [line.split(LINE)[1] for line in done.stderr.splitlines() if LINE in line]
    if done.returncode != 0 or len(reported) != 1:
        sys.exit(f"exit code {done.returncode}\n{done.stderr[-2000:]}")
    return {name: float(seconds) for name, seconds in re.findall(r"([a-z0-9]+) ([0-9.]+) s", reported[0])}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--react1", default=ROOT / "build/release/react1", type=Path)
    parser.add_argument("--rounds", default=7, type=int)
    parser.add_argument("--work", default=Path(tempfile.gettempdir()) / "react1-bench", type=Path, help="where inputs are kept")
    parser.add_argument("--json", default=ROOT / "build/ready.json", type=Path)
    options = parser.parse_args()
    inputs = Inputs(options.work / "inputs")
    runs, decode = [], []
    with tempfile.TemporaryDirectory(prefix="react1-ready-") as name:
        folder = Path(name)
        sandbox = subprocess.Popen([str(options.react1), "sandbox", "-q"], stdout=subprocess.PIPE, text=True)
        try:
            url = sandbox.stdout.readline().strip()
            for _ in range(options.rounds):
                runs.append(one_run(options.react1, url, folder, inputs.long_h264(), inputs.voice_60s()))
                decode.append(measure.run(["ffmpeg", "-v", "error", "-nostdin", "-i", folder / "out.mp4", "-f", "null", "-"]).wall_s)
        finally:
            sandbox.terminate()
            sandbox.wait()
        size = (folder / "out.mp4").stat().st_size
    median = {lap: statistics.median(run[lap] for run in runs) for lap in runs[0]}
    peer = statistics.median(decode)
    print("| since the result was ready | s |\n|---|---|")
    for lap, seconds in median.items():
        print(f"| {lap} | {seconds:.4f} |")
    print(f"| *`ffmpeg -f null` of the same file* | {peer:.4f} |")
    print(f"\n{options.rounds} runs, medians; {size / 1e6:.1f} MB; machine: {report.machine()}")
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps({"machine": report.machine(), "bytes": size, "runs": runs, "ffmpeg_decode_s": decode},
                                       indent=2) + "\n")


if __name__ == "__main__":
    main()

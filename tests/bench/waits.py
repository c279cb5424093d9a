#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A thousand requests in flight in one process, against the official JavaScript client doing the same, in turns."""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import report
from inputs import ROOT


class Service:
    """A sandbox of its own for each run, so that its ledger holds that run alone."""

    def __init__(self, react1, folder, name, seconds, count):
        self.ledger = folder / f"{name}.jsonl"
        self.ledger.unlink(missing_ok=True)
        self.process = subprocess.Popen(
            [str(react1), "sandbox", "-q", "--no-render", "--concurrency", str(count), "--queue-time", "0", "--inference-time",
             str(seconds), "--ledger", str(self.ledger)], stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().strip()

    def end(self):
        self.process.terminate()
        self.process.wait()
        return sum(json.loads(line)["event"] == "seen" for line in self.ledger.read_text().splitlines())


def measured(command):
    """The program's own words, and what the kernel says it cost."""
    start = time.perf_counter()
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(list(map(str, command)), stdout=said)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            sys.exit(f"exit code {process.returncode}: {command}")
        said.seek(0)
        words = json.loads(said.read())
    return {**words, "wall_s": round(time.perf_counter() - start, 2), "cpu_s": usage.ru_utime + usage.ru_stime,
            "rss_mb": round(usage.ru_maxrss / 1024, 1)}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--react1", default=ROOT / "build/release/react1", type=Path)
    parser.add_argument("--program", default=ROOT / "build/release/tests/bench/bench_waits", type=Path)
    parser.add_argument("--requests", default=1000, type=int)
    parser.add_argument("--seconds", default=60, type=float, help="what each request takes once it runs")
    parser.add_argument("--rounds", default=2, type=int)
    parser.add_argument("--json", default=ROOT / "build/waits.json", type=Path)
    options = parser.parse_args()
    sides = {"react1": [options.program], "@fal-ai/client": ["node", ROOT / "tests/bench/waits.mjs"]}
    results = {name: [] for name in sides}
    with tempfile.TemporaryDirectory(prefix="react1-waits-") as folder:
        for round_ in range(options.rounds):
            for name, command in list(sides.items())[:: 1 if round_ % 2 == 0 else -1]:
                service = Service(options.react1, Path(folder), re.sub(r"\W", "", name), options.seconds, options.requests)
                row = measured([*command, service.url, options.requests, options.seconds])
                row["http_requests"] = service.end()
                results[name].append(row)
                print(f"{name}: {row}", file=sys.stderr, flush=True)
    keys = ["cpu_s", "rss_mb", "late_p50_s", "late_p95_s", "late_max_s", "http_requests", "wall_s"]
    medians = {name: {key: statistics.median(row[key] for row in rows) for key in keys} for name, rows in results.items()}
    ours, peer = medians["react1"], medians["@fal-ai/client"]
    print("| | CPU | peak memory | completion seen, p50 / p95 / most | HTTP requests |\n|---|---|---|---|---|")
    for name, row in medians.items():
        print(f"| {name} | {row['cpu_s']:.2f} s | {row['rss_mb']:.0f} MB | {row['late_p50_s']:.2f} / {row['late_p95_s']:.2f} / "
              f"{row['late_max_s']:.2f} s late | {row['http_requests']:.0f} |")
    goals = {"CPU ≤ 0.2 ×": ours["cpu_s"] / peer["cpu_s"] <= 0.2, "memory ≤ 0.5 ×": ours["rss_mb"] / peer["rss_mb"] <= 0.5,
             "p95 ≤ 1 s": ours["late_p95_s"] <= 1, "no more requests": ours["http_requests"] <= peer["http_requests"]}
    print("\n" + ", ".join(f"{goal}: {'met' if met else '**missed**'}" for goal, met in goals.items())
          + f" ({ours['cpu_s'] / peer['cpu_s']:.3f} × CPU, {ours['rss_mb'] / peer['rss_mb']:.2f} × memory)")
    print(f"\n{options.requests} requests of {options.seconds:g} s, {options.rounds} rounds; machine: {report.machine()}")
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps({"machine": report.machine(), "runs": results, "goals": goals}, indent=2) + "\n")
    return 0 if all(goals.values()) else 1


if __name__ == "__main__":
    sys.exit(main())

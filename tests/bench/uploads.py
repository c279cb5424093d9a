#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Uploads of a large file on loopback, against `curl -T` of the same file to the same host, in turns.

Ours asks for a place, sends, and asks the host how much it stored; above 90 MiB it sends parts of 10 MiB, four at a time. In a
run the file's SHA-256 is known from making it; the rows "with SHA-256" take it as part of the upload."""

import argparse
import hashlib
import json
import os
import sys
import tempfile
from pathlib import Path

import measure
import report
from discarding_storage import Storage
from inputs import ROOT

SIZES = {"90 MB, one PUT": 90_000_000, "500 MB, parts": 500_000_000}


class Bench:
    def __init__(self, program, folder):
        self.program, self.folder = program, folder
        self.storage = Storage()
        self.above_idle_mb = []
        self.count = 0

    def sent(self, work, size):
        self.storage.take_stored()
        cost = work()
        if self.storage.take_stored() != size:
            sys.exit("the host got another number of bytes")
        return cost

    def curl(self, file):
        return measure.run(["curl", "-sS", "-o", "/dev/null", "-T", file, self.storage.url + "/put/x.mp4?signature=s"])

    def ours(self, file, sha256):
        self.count += 1  # under another type it is another upload, or nothing would be sent
        cost = measure.run([self.program, self.storage.url, file, self.folder / "uploads.sqlite", f"video/x-{self.count}",
                            *([sha256] if sha256 else [])])
        words = json.loads(cost.said)
        self.above_idle_mb.append((words["peak_kb"] - words["idle_kb"]) / 1024)
        return cost


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=ROOT / "build/release/tests/bench/bench_upload", type=Path)
    parser.add_argument("--rounds", default=7, type=int)
    parser.add_argument("--json", default=ROOT / "build/uploads.json", type=Path)
    options = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory(prefix="react1-uploads-") as folder:
        bench = Bench(options.program, Path(folder))
        for what, size in SIZES.items():
            file = Path(folder) / f"{size}.mp4"
            with open(file, "wb") as out:
                for _ in range(size // 1_000_000):
                    out.write(os.urandom(1_000_000))
            sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
            for given in (sha256, None):
                bench.above_idle_mb.clear()
                pair = measure.alternate(lambda: bench.sent(lambda: bench.curl(file), size),
                                         lambda: bench.sent(lambda: bench.ours(file, given), size), options.rounds)
                rows.append({"work": what + ("" if given else ", with SHA-256"), "goal": given is not None,
                             "ratio_wall": pair.ratio("wall_s"), "ratio_cpu": pair.ratio("cpu_s"),
                             "ours_wall_s": pair.median("ours", "wall_s"), "peer_wall_s": pair.median("peer", "wall_s"),
                             "ours_cpu_s": pair.median("ours", "cpu_s"), "peer_cpu_s": pair.median("peer", "cpu_s"),
                             "above_idle_mb": max(bench.above_idle_mb),
                             "rounds": [[o.wall_s, p.wall_s] for o, p in zip(pair.ours, pair.peer)]})
                print(rows[-1], file=sys.stderr, flush=True)
            file.unlink()
    print("| upload | goal | ours | `curl -T` | × wall | × CPU | memory above idle | |\n|---|---|---|---|---|---|---|---|")
    for row in rows:
        row["met"] = row["above_idle_mb"] <= 32 and (row["ratio_wall"] <= 1.1 or not row["goal"])
        goal = "≤ 1.1 × wall, ≤ 32 MiB" if row["goal"] else "≤ 32 MiB"
        side = lambda s: f"{row[s + '_wall_s']:.3f} s, {row[s + '_cpu_s']:.3f} s CPU"
        print(f"| {row['work']} | {goal} | {side('ours')} | {side('peer')} | {row['ratio_wall']:.2f} | {row['ratio_cpu']:.2f} | "
              f"{row['above_idle_mb']:.1f} MiB | {'met' if row['met'] else '**missed**'} |")
    print(f"\n{options.rounds} rounds; machine: {report.machine()}")
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps({"machine": report.machine(), "rows": rows}, indent=2) + "\n")
    return 0 if all(row["met"] for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())

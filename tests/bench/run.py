#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The benchmark table: the ffmpeg and ffprobe commands that people write, and react1, in turns on the same machine."""

import argparse
import sys
import tempfile
from pathlib import Path

import report
from inputs import ROOT, Inputs
from rows import Bench


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--react1", default=ROOT / "build/release/react1", type=Path, help="the program to measure")
    parser.add_argument("--rounds", default=5, type=int, help="measured rounds per row; the quick rows take three times as many")
    parser.add_argument("--only", action="append", default=[], help="rows whose name contains this; repeatable")
    parser.add_argument("--work", default=Path(tempfile.gettempdir()) / "react1-bench", type=Path,
                        help="where the inputs are made and kept (up to 2 GB with the four-hour clip)")
    parser.add_argument("--json", default=ROOT / "build/bench.json", type=Path, help="where the numbers go")
    options = parser.parse_args()

    inputs = Inputs(options.work / "inputs")
    bench = Bench(options.react1.resolve(), inputs, options.work / "output", options.rounds)
    chosen = [row for row in Bench.ALL if not options.only or any(word in row.__name__ for word in options.only)]
    if not chosen:
        parser.error(f"no such row; there are {', '.join(row.__name__ for row in Bench.ALL)}")
    about = f"{options.rounds} rounds, {inputs.describe()}"
    rows = []
    for row in chosen:
        print(f"{row.__name__} ...", file=sys.stderr, flush=True)
        rows.append(row(bench))
        print(report.markdown(rows[-1:]).splitlines()[2], file=sys.stderr, flush=True)
    print(report.markdown(rows))
    print(f"\n{about}; machine: {report.machine()}")
    options.json.parent.mkdir(parents=True, exist_ok=True)
    report.save(options.json, rows, about)
    return 0 if all(row.met for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())

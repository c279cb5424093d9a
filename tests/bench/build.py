# SPDX-License-Identifier: Apache-2.0
"""scripts/bench build: how long a fresh clone builds, and what one change costs afterwards, on two processors and without a
compiler cache. The clone has what is committed, not what is being edited."""

import argparse
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile

import measure
import report

ROOT = pathlib.Path(__file__).resolve().parents[2]
CORES = 2

# Part, what is measured, seconds that are the goal (None: no goal).
GOALS = {
    "demo": ("fresh clone, what `scripts/demo` builds (release, the program)", 240),
    "test": ("fresh clone, what `scripts/test` builds (dev, everything)", 480),
    "cpp": ("one .cpp changed (src/plan/advice.cpp), dev, the program", 10),
    "cpp_test": ("the same, its test program", 10),
    "header": ("one public header changed (include/react1/plan.hpp), dev, the program", None),
}
PARTS = {"demo": ["demo"], "test": ["test"], "incremental": ["cpp", "cpp_test", "header"]}


def shell(clone, commands, cache):
    """The scripts' own functions, in the clone."""
    variables = {"REACT1_JOBS": str(CORES)} | ({} if cache else {"CCACHE_DISABLE": "1"})
    assignments = [f"{name}={value}" for name, value in variables.items()]
    return ["env", "-C", str(clone), *assignments, "bash", "-euo", "pipefail", "-c", f"source scripts/lib/setup.sh; {commands}"]


def change(path, number):
    """Something that the compiler sees, at the end: no line moves."""
    with open(path, "a") as file:
        file.write(f"\nnamespace react1 {{ extern const int bench_change_{number}; }}\n")


class Clone:
    def __init__(self, folder):
        self.path = folder / "clone"
        subprocess.run(["git", "clone", "--quiet", "--no-local", str(ROOT), str(self.path)], check=True)
        self.changes = 0

    def build(self, preset, *targets, cache=False):
        configure = "" if (self.path / "build" / preset / "build.ninja").exists() else f"configure {preset} && "
        return measure.run(shell(self.path, f"{configure}build {preset} {' '.join(targets)}", cache))

    def changed(self, source, *targets):
        """What building costs after a change of `source`, the lowest of three."""
        costs = []
        for _ in range(3):
            self.changes += 1
            change(self.path / source, self.changes)
            costs.append(self.build("dev", *targets))
        return min(costs, key=lambda cost: cost.wall_s)


def measure_parts(clone, parts):
    costs = {}
    if "demo" in parts:
        costs["demo"] = clone.build("release", "react1_cli")
    if "test" in parts:
        costs["test"] = clone.build("dev")
    if "incremental" in parts:
        clone.build("dev", "react1_cli", "test_plan", cache=True)  # nothing to do when all is built
        costs["cpp"] = clone.changed("src/plan/advice.cpp", "react1_cli")
        clone.build("dev", "test_plan")
        costs["cpp_test"] = clone.changed("src/plan/advice.cpp", "test_plan")
        clone.build("dev", "react1_cli")
        costs["header"] = clone.changed("include/react1/plan.hpp", "react1_cli")
    return costs


def row(name, cost):
    work, goal = GOALS[name]
    met = "" if goal is None else "met" if cost.wall_s <= goal else "**missed**"
    return f"| {work} | {cost.wall_s:.1f} s | {cost.cpu_s:.1f} s | {'' if goal is None else f'≤ {goal} s'} | {met} |"


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench build", description=__doc__)
    parser.add_argument("--only", default=",".join(PARTS), help="parts, separated by commas: demo, test, incremental (default: all)")
    arguments = parser.parse_args()
    parts = arguments.only.split(",")
    for part in parts:
        if part not in PARTS:
            parser.error(f"there is no part {part}; there are {', '.join(PARTS)}")
    if len(os.sched_getaffinity(0)) > CORES:
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
    about = report.machine()
    if about["load_1min"] > 0.5:
        print(f"The machine is busy (load {about['load_1min']}): the wall times say little.", file=sys.stderr)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the clone goes as well
    folder = pathlib.Path(tempfile.mkdtemp(prefix="react1-bench-build-"))
    try:
        costs = measure_parts(Clone(folder), parts)
    finally:
        shutil.rmtree(folder)
    print("| work | wall | CPU | goal | |\n|---|---|---|---|---|")
    for name, cost in costs.items():
        print(row(name, cost))
    path = ROOT / "build" / "bench_build.json"
    path.parent.mkdir(exist_ok=True)
    values = {name: {"wall_s": cost.wall_s, "cpu_s": cost.cpu_s} for name, cost in costs.items()}
    path.write_text(json.dumps({"machine": about, "cores": CORES, "values": values}, indent=2) + "\n")
    return 1 if any(GOALS[name][1] is not None and cost.wall_s > GOALS[name][1] for name, cost in costs.items()) else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except measure.Failed as failure:
        sys.exit(f"scripts/bench build: {failure}")

# SPDX-License-Identifier: Apache-2.0
"""Runs commands and says what they cost: wall time, processor time and peak memory, from the kernel's own count."""

import os
import statistics
import subprocess
import tempfile
import time
from dataclasses import dataclass


@dataclass
class Cost:
    """One run. `rss_kb` is the largest process's peak; several at a time are not added up. `said` is what they printed."""

    wall_s: float
    cpu_s: float
    rss_kb: int
    said: str = ""


class Failed(Exception):
    pass


def run(*commands):
    """Starts all commands at the same time and waits for all."""
    logs = [tempfile.TemporaryFile() for _ in commands]
    start = time.perf_counter()
    running = {}
    for command, log in zip(commands, logs):
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        running[process.pid] = (process, command, log)
    cpu, rss = 0.0, 0
    for pid, (process, command, log) in running.items():
        _, status, usage = os.wait4(pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        cpu += usage.ru_utime + usage.ru_stime
        rss = max(rss, usage.ru_maxrss)
        if process.returncode != 0:
            log.seek(0)
            tail = log.read().decode(errors="replace")[-2000:]
            raise Failed(f"exit code {process.returncode}: {' '.join(map(str, command))}\n{tail}")
    wall = time.perf_counter() - start
    for log in logs:
        log.seek(0)
    return Cost(wall, cpu, rss, "".join(log.read().decode(errors="replace") for log in logs))


def run_each(commands):
    """One after the other, added up."""
    costs = [run(command) for command in commands]
    return Cost(sum(c.wall_s for c in costs), sum(c.cpu_s for c in costs), max(c.rss_kb for c in costs))


@dataclass
class Pair:
    """The peer and we, measured in turns, so that a busy moment of the machine hits both."""

    peer: list
    ours: list

    def median(self, side, what):
        return statistics.median(getattr(cost, what) for cost in getattr(self, side))

    def ratio(self, what):
        """Median of the rounds' ratios: neighbours in time are compared with each other."""
        return statistics.median(getattr(o, what) / max(getattr(p, what), 1e-9) for o, p in zip(self.ours, self.peer))


def alternate(peer, ours, rounds):
    """`peer` and `ours` are functions that give a Cost. One unmeasured round warms the caches; the order flips."""
    peer(), ours()
    pair = Pair([], [])
    for i in range(rounds):
        for side, work in (("peer", peer), ("ours", ours))[:: 1 if i % 2 == 0 else -1]:
            getattr(pair, side).append(work())
    return pair


def output_of(command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout

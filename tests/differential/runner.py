# SPDX-License-Identifier: Apache-2.0
"""Many cases, several at a time, each judged, counted and, when it differs, made smaller and kept."""

import collections
import concurrent.futures
import json
import pathlib
import re
import shutil
import tempfile
import time

import explained
import shrink
from case import Case
from draw import draw
from judge import judge
from tools import GeneratorError, React1


class Outcome:
    """How one case ended: "same", "explained", "differs" or "no case" (ffmpeg can't make or read it)."""

    def __init__(self, seed, verdict, differences=(), note="", case_text="", seconds=0.0):
        self.seed, self.verdict, self.note, self.seconds = seed, verdict, note, seconds
        self.differences = [str(difference) for difference in differences]
        self.kinds = sorted({difference.kind for difference in differences})
        self.case_text = case_text

    def text(self):
        return "\n".join([f"{self.seed}: {self.case_text}", *(f"    {difference}" for difference in self.differences)])

    def pattern(self):
        """What failures of one kind have in common: the first message without its numbers and paths."""
        return re.sub(r"/\S*|[-+]?[0-9][0-9.]*", "", self.differences[0])

    def line(self):
        return json.dumps(vars(self))

    @staticmethod
    def from_line(line):
        outcome = Outcome(0, "")
        vars(outcome).update(json.loads(line))
        return outcome


def run_one(program, seed):
    """Judges the case of a seed in a folder of its own."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="react1-differential-") as temporary:
        case = draw(seed)
        try:
            judgement = judge(React1(program, temporary), case, pathlib.Path(temporary) / "case")
        except GeneratorError as error:
            return Outcome(seed, "no case", note=str(error)[-300:], case_text=case.to_json())
        unexplained = [d for d in judgement.differences if not explained.reason(case, d)]
        verdict = "differs" if unexplained else "explained" if judgement.differences else "same"
        return Outcome(seed, verdict, unexplained or judgement.differences, case_text=case.to_json(),
                       seconds=round(time.monotonic() - began, 2))


def shrink_one(program, outcome, keep):
    """The smallest case that fails as `outcome` does; with `keep`, its files are kept there."""
    with tempfile.TemporaryDirectory(prefix="react1-differential-") as temporary:
        react1, folder = React1(program, temporary), pathlib.Path(temporary) / "case"
        case, differences = shrink.shrink(react1, Case.from_json(outcome.case_text), outcome.kinds, folder)
        if keep:
            _keep(pathlib.Path(keep), react1, case, folder)
        return Outcome(outcome.seed, "differs", differences, case_text=case.to_json())


def _keep(keep, react1, case, folder):
    """The smallest failing case: its files, what react1 made of it, and how to run it again."""
    judgement = judge(react1, case, folder)
    place = keep / f"case-{case.seed}"
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(folder, place)
    good = folder.parent / "good"
    if good.exists():
        shutil.copytree(good, place / "good")
    (place / "case.json").write_text(case.to_json() + "\n")
    here = [command.replace(str(folder), str(place)).replace(str(good), str(place / "good"))
            for command in judgement.commands]
    (place / "readme.txt").write_text("\n".join([*map(str, judgement.differences), "", *here, ""]))


def run_many(program, seeds, jobs, resume=None, say=print):
    """Outcomes of all seeds. `resume`: a file that remembers them, so that a second run goes on where the first ended."""
    outcomes = {}
    if resume and pathlib.Path(resume).exists():
        for line in pathlib.Path(resume).read_text().splitlines():
            outcome = Outcome.from_line(line)
            outcomes[outcome.seed] = outcome
    wanted = [seed for seed in seeds if seed not in outcomes]
    memory = open(resume, "a", encoding="utf-8") if resume else None
    with concurrent.futures.ProcessPoolExecutor(jobs) as pool:
        running = [pool.submit(run_one, program, seed) for seed in wanted]
        for done, future in enumerate(concurrent.futures.as_completed(running), 1):
            if future.exception():  # a fault of these scripts: the others are not waited for
                pool.shutdown(wait=False, cancel_futures=True)
            outcome = future.result()
            outcomes[outcome.seed] = outcome
            if memory:
                memory.write(outcome.line() + "\n")
                memory.flush()
            if outcome.verdict == "differs":
                say(outcome.text())
            if done % 100 == 0:
                say(f"-- {done} of {len(wanted)}")
    if memory:
        memory.close()
    return [outcomes[seed] for seed in seeds]


def shrink_many(program, outcomes, jobs, keep=None, most_of_a_kind=2, say=print):
    """Makes the first failing cases of each kind smaller."""
    taken, chosen = collections.Counter(), []
    for outcome in outcomes:
        if outcome.verdict != "differs":
            continue
        taken[outcome.pattern()] += 1
        if taken[outcome.pattern()] <= most_of_a_kind:
            chosen.append(outcome)
    with concurrent.futures.ProcessPoolExecutor(jobs) as pool:
        for outcome in pool.map(shrink_one, [program] * len(chosen), chosen, [keep] * len(chosen)):
            say(outcome.text())


def summary(outcomes):
    """A few lines: how many of which verdict, and of which kind of difference."""
    verdicts = collections.Counter(outcome.verdict for outcome in outcomes)
    kinds = collections.Counter(kind for outcome in outcomes if outcome.verdict == "differs" for kind in outcome.kinds)
    reasons = collections.Counter(kind for outcome in outcomes if outcome.verdict == "explained" for kind in outcome.kinds)
    lines = [f"{len(outcomes)} cases: " + ", ".join(f"{count} {verdict}" for verdict, count in sorted(verdicts.items()))]
    lines += [f"  differs   {kind}: {count}" for kind, count in kinds.most_common()]
    lines += [f"  explained {kind}: {count}" for kind, count in reasons.most_common()]
    return "\n".join(lines)

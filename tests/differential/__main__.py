# SPDX-License-Identifier: Apache-2.0
"""The command line: scripts/differential."""

import argparse
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import tools  # noqa: E402, the folder is not a package

SKIPPED = 77


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/differential", description=(
        "Makes odd but valid media, has react1 prepare them, and compares with what ffmpeg says is in them."))
    parser.add_argument("-n", "--count", type=int, default=200, help="cases (default 200)")
    parser.add_argument("--seed", type=int, default=1, help="which sequence of cases (default 1)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="cases at a time (default: all cores)")
    parser.add_argument("--resume", metavar="FILE", help="remembers what was done; the same command goes on from there")
    parser.add_argument("--program", metavar="PATH", required=True, help="the react1 that is tested")
    parser.add_argument("--keep", metavar="DIR", help="failing cases are kept there, made as small as they can be")
    parser.add_argument("--case", metavar="SEED|JSON", help="one case, by its number or as it was printed")
    parser.add_argument("--no-shrink", action="store_true", help="failing cases are shown as they were drawn")
    parser.add_argument("--self-test", action="store_true", help="does the harness find what is wrong on purpose?")
    parser.add_argument("--corpus", metavar="DIR", help="instead: every media file of a folder")
    parser.add_argument("--report", metavar="FILE", help="with --corpus: the table, as Markdown")
    return parser.parse_args()


def main():
    options = arguments()
    missing = tools.missing_tools()
    if missing:
        print(f"skipped: the differential test needs {', '.join(missing)}")
        return SKIPPED
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    if options.self_test:
        import self_test
        return self_test.run(options.program)
    if options.corpus:
        import corpus
        return corpus.run_corpus(options.program, pathlib.Path(options.corpus), options.jobs, options.report)
    if options.case:
        return one_case(options)
    import runner
    seeds = [options.seed * 1_000_000 + i for i in range(options.count)]
    outcomes = runner.run_many(options.program, seeds, options.jobs, options.resume)
    if not options.no_shrink and any(outcome.verdict == "differs" for outcome in outcomes):
        print("The first of each kind, made as small as they can be:")
        runner.shrink_many(options.program, outcomes, options.jobs, options.keep)
    print(runner.summary(outcomes))
    return 1 if any(outcome.verdict == "differs" for outcome in outcomes) else 0


def one_case(options):
    import explained
    from case import Case
    from draw import draw
    from judge import judge
    case = draw(int(options.case)) if options.case.isdigit() else Case.from_json(options.case)
    folder = pathlib.Path(options.keep or "differential-case").resolve()
    print(case.to_json())
    judgement = judge(tools.React1(options.program, folder.parent), case, folder)
    for difference in judgement.differences:
        print(difference, f"(explained: {explained.reason(case, difference)})" if explained.reason(case, difference) else "")
    print("\n".join(judgement.commands))
    return 1 if any(not explained.reason(case, difference) for difference in judgement.differences) else 0


if __name__ == "__main__":
    sys.exit(main())

# SPDX-License-Identifier: Apache-2.0
# scripts/lib/steps.sh: the final summary of CI and the nightly run, with stand-in commands.

# run_steps stop|go_on [ARGUMENT...]: a script of five steps; its output goes to $out, its status to $status.
run_steps() {
  cat >"$work/ci" <<CI
set -uo pipefail
cd "$work"
say() { printf '\n==> %s\n' "\$*"; }
source "$tree/scripts/lib/steps.sh"
good() { echo "noise of good"; }
absent() { echo "first"; echo "needs a moon"; return 77; }
compiler() {
  for i in \$(seq 60); do echo "[\$i/99] Building CXX object src/a_\$i.cpp.o"; done
  echo "src/media/a.cpp:7:3: error: 'frame' was not declared in this scope" >&2
  for i in \$(seq 60); do echo "   in a template, line \$i"; done
  echo "ninja: build stopped: subcommand failed."
  return 1
}
suite() {
  echo "/x/a_test.cpp:12: ERROR: CHECK( 1 == 2 ) is NOT correct!"
  for i in \$(seq 60); do echo "  \$i/900 Test #\$i: test_x: case \$i ...   Passed    0.01 sec"; done
  echo "The following tests FAILED:"
  echo "	 17 - test_x: a case that fails (Failed)"
  echo "	 18 - test_x: a case that hangs (Timeout)"
  return 8
}
silent() { echo "the last words of a step"; return 3; }
steps=("good one=good" "absent=absent" "compiler=compiler" "suite=suite" "silent=silent")
run_chosen_steps "logs" "\$@"
CI
  out="$(bash "$work/ci" "$@" 2>&1)" && status=0 || status=$?
  last="$(tail -n 20 <<<"$out")"
}

run_steps stop
is "the status of a failure" "$status" 1
has "a failing step is named at the end" "$last" "[compiler] FAILED"
has "and why" "$last" "src/media/a.cpp:7:3: error: 'frame' was not declared"
has "and where its output is" "$last" "logs/compiler.log"
is "the very last line" "$(tail -n 1 <<<"$out")" "FAILED: compiler"
has "the table is there, too" "$out" "absent                   skipped"
has "with the reason" "$out" "needs a moon"
is "what comes after a failure is not run" "$(grep -c '\[suite\]' <<<"$out")" 0
has "the log is whole" "$(cat "$work/logs/compiler.log")" "in a template, line 60"

run_steps go_on
is "the status of several failures" "$status" 1
has "every failure is named" "$(tail -n 1 <<<"$out")" "FAILED: compiler, suite, silent"
has "the count" "$last" "2 of 5 steps passed or skipped, 3 failed"
run_steps go_on suite
has "failed tests are listed" "$last" "test_x: a case that hangs (Timeout)"
has "with their checks" "$last" "CHECK( 1 == 2 ) is NOT correct!"
run_steps go_on silent
has "without a known pattern the end of the output is shown" "$last" "the last words of a step"

run_steps stop "good one" absent
is "the status of success" "$status" 0
has "success is said last" "$(tail -n 1 <<<"$out")" "2 of 2 steps passed or skipped, 0 failed"
has "a passing step's output is seen" "$out" "noise of good"
run_steps stop --list
is "the names" "$(tr '\n' ',' <<<"$out")" "good one,absent,compiler,suite,silent,"
run_steps stop "no such"
is "an unknown name" "$status" 2
has "is said with those that exist" "$out" "there are: good one, absent"

# The real lists name functions that exist.
for script in .ci/run scripts/nightly; do
  is "$script names its steps" "$(bash "$tree/$script" --list | grep -c .)" "$(grep -c '^  ".*=.*"$' "$tree/$script")"
  for body in $(sed -nE 's/^  ".*=([a-z_]+)"$/\1/p' "$tree/$script"); do
    is "$script has $body" "$(grep -cE "^$body\(\) " "$tree/$script")" 1
  done
done

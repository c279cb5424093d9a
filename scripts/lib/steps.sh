# SPDX-License-Identifier: Apache-2.0
# The steps of .ci/run and scripts/nightly: each is timed, its output kept, and failures are summarised in the last lines of
# the output. Sourced, never run.
#
#   begin_steps FOLDER          where the logs go; emptied
#   run_step NAME COMMAND...    0, or the command's status. 77 means skipped: the reason is the last line of its output
#   steps_table                 NAME, result, time and log of every step so far
#   why_failed LOG              the lines of a log that say why, at most 12

SKIPPED=77

begin_steps() {
  step_folder="$1"
  step_names=() step_results=() step_seconds=()
  rm -rf "$step_folder"
  mkdir -p "$step_folder"
}

log_of() { printf '%s/%s.log' "$step_folder" "$(tr -c 'a-zA-Z0-9\n' - <<<"$1")"; }

run_step() {
  local name="$1" log began=$SECONDS status=0 result
  shift
  log="$(log_of "$name")"
  say "[$name]"
  # In a pipeline of its own, so that both streams are seen at once and kept; the status is the command's.
  { "$@" 2>&1 || status=$?; echo "$status" >"$log.status"; } | tee "$log"
  status="$(cat "$log.status")"
  rm -f "$log.status"
  case "$status" in
    0) result=passed ;;
    "$SKIPPED") result="skipped: $(tail -n 1 "$log")" ;;
    *) result=FAILED ;;
  esac
  step_names+=("$name") step_results+=("$result") step_seconds+=("$((SECONDS - began))")
  echo "[$name] $result after $((SECONDS - began)) s"
  return "$status"
}

# ctest's list of failed tests, then what compilers, linkers, doctest, the sanitizers, clang-tidy, clang-format and our own
# scripts say first when something is wrong; the end of the log when there is nothing of the kind.
why_failed() {
  local log="$1" tests others
  tests="$(grep -aE '^[[:space:]]+[0-9]+ - .*\((Failed|Timeout|SEGFAULT|SIGABRT|Subprocess aborted|Exception|Not Run|ILLEGAL)' "$log" | head -n 6)"
  others="$(grep -aE '(^| )(fatal )?error: |undefined reference|^CMake Error|ERROR: |(SUMMARY|WARNING): [A-Za-z]*Sanitizer|runtime error: |^[a-z].*: NO$|^scripts/|has to be the comment' \
    "$log" | awk '!seen[$0]++' | head -n 6)"
  if [ -n "$tests$others" ]; then
    printf '%s\n%s\n' "$tests" "$others" | grep -v '^$' | cut -c 1-240
  else
    grep -av '^[[:space:]]*$' "$log" | tail -n 12 | cut -c 1-240
  fi
}

steps_table() {
  local i
  for i in "${!step_names[@]}"; do
    printf '%-24s %-8s %6s s  %s\n' "${step_names[$i]}" "${step_results[$i]%%:*}" "${step_seconds[$i]}" \
      "$(case "${step_results[$i]}" in FAILED) log_of "${step_names[$i]}" ;; skipped:*) printf '%s' "${step_results[$i]#skipped: }" ;; esac)"
  done
}

# run_chosen_steps FOLDER stop|go_on [--list | NAME...]: runs the array `steps` ("NAME=FUNCTION"), or those of it that are named,
# and ends the script with 0, 1 (a step failed) or 2 (there is no such step). With `stop`, the first failure is the end.
run_chosen_steps() {
  local folder="$1" after_failure="$2" entry name wanted failed=() began=$SECONDS status
  shift 2
  local names=()
  for entry in "${steps[@]}"; do names+=("${entry%%=*}"); done
  if [ "${1:-}" = --list ]; then
    printf '%s\n' "${names[@]}"
    exit 0
  fi
  for wanted in "$@"; do
    if ! printf '%s\n' "${names[@]}" | grep -qxF -- "$wanted"; then
      echo "There is no step \"$wanted\"; there are: $(printf '%s, ' "${names[@]}" | sed 's/, $//')" >&2
      exit 2
    fi
  done
  begin_steps "$folder"
  for entry in "${steps[@]}"; do
    name="${entry%%=*}"
    [ "$#" -eq 0 ] || printf '%s\n' "$@" | grep -qxF -- "$name" || continue
    status=0
    run_step "$name" "${entry#*=}" || status=$?
    [ "$status" -ne 0 ] && [ "$status" -ne "$SKIPPED" ] || continue
    failed+=("$name")
    [ "$after_failure" = go_on ] || break
  done
  say "Steps"
  steps_table | tee "$folder/table.txt"
  finish_steps "$((SECONDS - began))" "${failed[@]}"
}

# finish_steps SECONDS [FAILED NAME...]: the last lines of all.
finish_steps() {
  local seconds="$1" name
  shift
  for name in "$@"; do
    printf '\n[%s] FAILED; the whole output: %s\n' "$name" "$(log_of "$name")"
    why_failed "$(log_of "$name")"
  done | tail -n 16
  echo "$((${#step_names[@]} - $#)) of ${#step_names[@]} steps passed or skipped, $# failed, in $((seconds / 60)) min $((seconds % 60)) s"
  [ "$#" -eq 0 ] || { echo "FAILED: $(printf '%s, ' "$@" | sed 's/, $//')"; exit 1; }
  exit 0
}

#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The shell functions that scripts and CI are made of, over files and commands that are made here: run.sh SOURCE_TREE.
# Needs bash, git and awk; builds nothing, installs nothing.
set -uo pipefail
tree="$(cd "${1:?the source tree}" && pwd)"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
checks=0 failures=0

# is WHAT FOUND EXPECTED
is() {
  checks=$((checks + 1))
  [ "$2" != "$3" ] || return 0
  failures=$((failures + 1))
  printf 'ERROR: %s\n  found:    %s\n  expected: %s\n' "$1" "$2" "$3"
}
# has WHAT TEXT PART
has() {
  checks=$((checks + 1))
  [[ "$2" != *"$3"* ]] || return 0
  failures=$((failures + 1))
  printf 'ERROR: %s\n  found: %s\n  without: %s\n' "$1" "$2" "$3"
}

for part in apt_sources steps changed license; do source "$tree/tests/scripts/${part}_test.sh"; done

echo "$checks checks, $failures failed"
[ "$failures" -eq 0 ]

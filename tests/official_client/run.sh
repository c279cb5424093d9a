#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# run.sh PROGRAM FIXTURES: the official JavaScript client against `PROGRAM sandbox`. 77 = skipped (ctest shows it as such).
here=$(cd "$(dirname "$0")" && pwd)
skip() {
  echo "SKIPPED: the official client was NOT run against the sandbox: $1" >&2
  echo "  To run it: install nodejs and npm, then (cd $here && npm ci). Where both are, scripts/test does that." >&2
  exit 77
}
command -v node >/dev/null || skip "there is no node"
[ -d "$here/node_modules/@fal-ai/client" ] || skip "@fal-ai/client is not installed"
exec node "$here/check.mjs" "$1" "$2"

#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# For ctest: run.sh PROGRAM [ARGUMENTS...]; 77 = skipped, where ffmpeg, python3 or numpy are not installed.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
program="$1"
shift
# Debian's own python3 is the one that its numpy belongs to.
python=/usr/bin/python3
[ -x "$python" ] || python="$(command -v python3 || true)"
if [ -z "$python" ]; then
  echo "skipped: the differential test needs python3"
  exit 77
fi
exec env PYTHONDONTWRITEBYTECODE=1 OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 "$python" "$here" --program "$program" "$@"

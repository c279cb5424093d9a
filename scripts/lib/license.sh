# SPDX-License-Identifier: Apache-2.0
# The licence line that every source file and script has as its first line (its second after #!). Sourced, never run.

SPDX_LINE="SPDX-License-Identifier: Apache-2.0"

# Every source file and script that is ours; new files that git does not know yet are among them. Data (JSON, fixtures,
# seeds of the fuzzers), settings of tools and prose have no such line.
licensed_files() {
  (cd "$REACT1_ROOT" && git ls-files --cached --others --exclude-standard -- '*.cpp' '*.hpp' '*.h' '*.c' '*.mjs' '*.js' \
    '*.py' '*.sh' '*.cmake' '*.in' '*CMakeLists.txt' 'scripts/*' '.ci/*' |
    while IFS= read -r file; do [ ! -f "$file" ] || printf '%s\n' "$file"; done)
}

# Prints each of the files that lacks the line. One process for a thousand files; an empty file has nothing to license.
without_license_line() {
  (cd "$REACT1_ROOT" && licensed_files | tr '\n' '\0' | xargs -0 --no-run-if-empty awk -v line="$SPDX_LINE" '
    function finish() { if (file != "" && !found) print file }
    FNR == 1 { finish(); file = FILENAME; found = 0 }
    FNR <= 2 && ($0 == "// " line || $0 == "# " line) { found = 1 }
    FNR == 2 { nextfile }
    END { finish() }')
}

# add_license_line FILE: changes nothing else.
add_license_line() {
  local file="$REACT1_ROOT/$1" mark='#'
  case "$1" in *.cpp | *.hpp | *.h | *.c | *.mjs | *.js) mark='//' ;; esac
  if [ "$(head -c 2 "$file")" = '#!' ]; then
    sed -i "1a $mark $SPDX_LINE" "$file"
  else
    sed -i "1i $mark $SPDX_LINE" "$file"
  fi
}

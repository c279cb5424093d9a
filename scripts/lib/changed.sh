# SPDX-License-Identifier: Apache-2.0
# Which source files a change touches. Sourced, never run.

# changed_base: the commit that HEAD is compared with: $REACT1_CI_BASE; else where HEAD left the main line; on the main line
# itself the commit before HEAD. Fails where there is no history.
changed_base() {
  local line base
  if [ -n "${REACT1_CI_BASE:-}" ]; then
    git rev-parse --verify --quiet "$REACT1_CI_BASE^{commit}"
    return
  fi
  for line in origin/HEAD origin/main origin/master main master; do
    base="$(git merge-base "$line" HEAD 2>/dev/null)" || continue
    [ "$base" != "$(git rev-parse HEAD)" ] || break
    printf '%s\n' "$base"
    return 0
  done
  git rev-parse --verify --quiet 'HEAD~1^{commit}'
}

# translation_unit FILE: the .cpp that compiles it: itself, the one of its name, or one that includes it. None: no output.
translation_unit() {
  local file="$1" own include
  case "$file" in
    *.cpp) printf '%s\n' "$file" ;;
    *.hpp)
      own="${file%.hpp}.cpp"
      include="${file#src/}"
      include="${include#include/}"
      if [ -f "$own" ]; then
        printf '%s\n' "$own"
      else
        git grep -l -E "#include [<\"]$include[>\"]" -- 'src/*.cpp' | head -n 1
      fi
      ;;
  esac
}

# changed_units MOST: the .cpp files of src that the change against changed_base touches, uncommitted changes included, those
# with the most changed lines first, at most MOST. Where there is no history, MOST files of src that are another choice with
# each commit. Omitted files are reported on stderr.
changed_units() {
  local most="$1" base all count
  if base="$(changed_base)"; then
    all="$(git diff --numstat --no-renames --diff-filter=AM "$base" -- 'src/*.cpp' 'src/*.hpp' 'include/*.hpp' | sort -k1,1nr -k3 |
      while read -r _ _ file; do translation_unit "$file"; done | awk '!seen[$0]++')"
  else
    echo "No history to compare with: a sample of the sources." >&2
    all="$(git ls-files 'src/*.cpp' | while IFS= read -r file; do
      printf '%s %s\n' "$(printf '%s %s' "$(git rev-parse HEAD)" "$file" | cksum | cut -d ' ' -f 1)" "$file"
    done | sort | cut -d ' ' -f 2-)"
  fi
  [ -n "$all" ] || return 0
  count="$(wc -l <<<"$all")"
  [ "$count" -le "$most" ] || echo "$most of $count files; the others are left out." >&2
  awk -v most="$most" 'NR <= most' <<<"$all"
}

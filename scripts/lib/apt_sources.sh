# SPDX-License-Identifier: Apache-2.0
# Where this machine gets Debian's packages from, by apt's own configuration, so that no script has to name a host. Sourced.

# apt_sources [ETC_APT]: one line "URI SUITE COMPONENT..." for every source of binary packages that is on, in apt's order:
# sources.list, then sources.list.d by name. Reads one-line (.list) and deb822 (.sources) files.
apt_sources() {
  local etc="${1:-/etc/apt}" file
  local files=()
  [ ! -f "$etc/sources.list" ] || files+=("$etc/sources.list")
  while IFS= read -r file; do files+=("$file"); done < <(
    find "$etc/sources.list.d" -maxdepth 1 -type f \( -name '*.list' -o -name '*.sources' \) 2>/dev/null | LC_ALL=C sort)
  for file in "${files[@]}"; do
    case "$file" in
      *.sources) one_line_of_stanzas <"$file" ;;
      *) one_line_without_options <"$file" ;;
    esac
  done
}

# "deb [ arch=amd64 ] URI SUITE COMPONENT... # note" → "URI SUITE COMPONENT..."
one_line_without_options() {
  sed -nE -e 's/#.*//' -e 's/^[[:space:]]*deb[[:space:]]+(\[[^]]*\][[:space:]]*)?//p' | awk 'NF >= 2 { $1 = $1; print }'
}

# Stanzas of "Field: value", continued by lines that begin with a blank; every pair of a URI and a suite is a source.
one_line_of_stanzas() {
  awk '
    function finish(   u, s, i, j, n, m) {
      if (field["types"] ~ /(^| )deb( |$)/ && field["enabled"] !~ /^ *(no|false|0|off|without|disable)/) {
        n = split(field["uris"], u, " ")
        m = split(field["suites"], s, " ")
        gsub(/ +/, " ", field["components"])
        for (i = 1; i <= n; i++) for (j = 1; j <= m; j++) print u[i], s[j] field["components"]
      }
      delete field
      name = ""
    }
    { sub(/\r$/, "") }
    /^#/ { next }
    /^[ \t]*$/ { finish(); next }
    /^[ \t]/ { if (name != "") { gsub(/[ \t]+/, " "); field[name] = field[name] $0 }; next }
    {
      colon = index($0, ":")
      if (colon == 0) next
      name = tolower(substr($0, 1, colon - 1))
      value = " " substr($0, colon + 1)
      gsub(/[ \t]+/, " ", value)
      field[name] = name == "enabled" ? tolower(value) : value
    }
    END { finish() }'
}

# Of a list of mirrors the first one is taken.
first_of_mirror_list() {
  local uri="$1" path
  case "$uri" in
    mirror+file:*)
      path="${uri#mirror+file:}"
      while [ "${path#//}" != "$path" ]; do path="${path#/}"; done
      sed -nE 's/^[[:space:]]*((https?|ftp):[^[:space:]#]+).*/\1/p' "$path" 2>/dev/null | head -n 1
      ;;
    http:* | https:* | ftp:* | file:*) printf '%s\n' "$uri" ;;
  esac
}

# debian_mirror SUITE [ETC_APT [OS_RELEASE]]: the URI of the archive that has SUITE: the source of that very suite, else, on a
# Debian, the one of its own release, else of a suite by its rank ("stable"). Only sources with the component main
# count. Other repositories name their suites by releases, too: one whose path ends in /debian comes first. Fails when
# there is none.
debian_mirror() {
  local suite="$1" etc="${2:-/etc/apt}" release="${3:-/etc/os-release}" own wanted pattern uri name components found
  local suites=("$suite")
  if grep -qE '^ID="?debian"?$' "$release" 2>/dev/null; then
    own="$(sed -nE 's/^VERSION_CODENAME="?([a-z]+)"?$/\1/p' "$release")"
    suites+=(${own:+"$own"} oldstable stable testing unstable sid)
  fi
  for wanted in "${suites[@]}"; do
    for pattern in '/debian/?$' '.'; do
      while read -r uri name components; do
        [ "$name" = "$wanted" ] && [[ " $components " == *" main "* ]] || continue
        found="$(first_of_mirror_list "$uri")"
        if [[ "$found" =~ $pattern ]]; then
          printf '%s\n' "${found%/}"
          return 0
        fi
      done < <(apt_sources "$etc")
    done
  done
  return 1
}

# use_apt_proxy: other programs than apt go through apt's proxy too, unless the environment names one.
use_apt_proxy() {
  local scheme value
  command -v apt-config >/dev/null || return 0
  for scheme in http https; do
    [ -z "$(printenv "${scheme}_proxy" || true)" ] || continue
    value="$(apt-config shell PROXY "Acquire::$scheme::Proxy" | sed -nE "s/^PROXY='(.*)'\$/\1/p")"
    case "$value" in
      '' | DIRECT) ;;
      *) export "${scheme}_proxy=$value" ;;
    esac
  done
}

# SPDX-License-Identifier: Apache-2.0
# scripts/lib/apt_sources.sh: both forms of apt's sources, third parties, lists of mirrors, proxies.
source "$tree/scripts/lib/apt_sources.sh"

# new_etc: an empty /etc/apt, in $etc; $release is an os-release of Debian 12.
new_etc() {
  etc="$(mktemp -d "$work/etc.XXXXXX")"
  release="$etc/os-release"
  mkdir "$etc/sources.list.d"
  printf 'ID=debian\nVERSION_CODENAME=bookworm\n' >"$release"
}

new_etc
is "no sources at all" "$(debian_mirror trixie "$etc" "$release" || echo none)" none

new_etc
cat >"$etc/sources.list" <<'LIST'
# deb http://commented.example/debian bookworm main
deb-src http://source.example/debian bookworm main
deb [arch=amd64 signed-by=/usr/share/keyrings/x.gpg] http://security.example/debian-security bookworm-security main
	deb   [ trusted=yes ]  https://one.example/debian/   bookworm   main contrib  # the mirror
deb https://two.example/debian trixie main
deb cdrom:[Debian GNU/Linux 12]/ bookworm main
LIST
is "one-line sources" "$(apt_sources "$etc" | head -n 2)" \
  "http://security.example/debian-security bookworm-security main
https://one.example/debian/ bookworm main contrib"
is "the very suite" "$(debian_mirror trixie "$etc" "$release")" https://two.example/debian
is "without the slash at the end" "$(debian_mirror bookworm "$etc" "$release")" https://one.example/debian

new_etc
printf '%s\r\n' 'types: deb deb-src' 'URIs: http://crlf.example/debian' 'Suites: bookworm' 'Components: main' >"$etc/sources.list.d/b.sources"
cat >"$etc/sources.list.d/a.sources" <<'STANZAS'
# A comment, and a stanza that is off.
Types: deb
URIs: http://off.example/debian
Suites: trixie
Components: main
Enabled: no

Types: deb
# a comment in the middle
URIs: http://first.example/debian
  http://second.example/debian
Suites: bookworm bookworm-updates
Components:
  main
  contrib
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 URIs: http://key.example/debian

Types: deb-src
URIs: http://src.example/debian
Suites: trixie
Components: main
STANZAS
printf 'deb http://other.example/debian trixie main\n' >"$etc/sources.list.d/x.list.disabled"
is "stanzas" "$(apt_sources "$etc")" "http://first.example/debian bookworm main contrib
http://first.example/debian bookworm-updates main contrib
http://second.example/debian bookworm main contrib
http://second.example/debian bookworm-updates main contrib
http://crlf.example/debian bookworm main"
is "another release of the same archive" "$(debian_mirror trixie "$etc" "$release")" http://first.example/debian

new_etc
cat >"$etc/sources.list.d/a.list" <<'LIST'
deb https://tools.example/linux/debian bookworm stable
deb https://graphs.example/oss/deb stable main
deb https://tools.example/apt bookworm main
deb https://mirror.example/debian bookworm main
LIST
is "an archive before other repositories" "$(debian_mirror bookworm "$etc" "$release")" https://mirror.example/debian
sed -i '$d' "$etc/sources.list.d/a.list"
is "an archive by another path" "$(debian_mirror bookworm "$etc" "$release")" https://tools.example/apt

new_etc
printf 'https://list.example/debian\thost:x\nhttps://later.example/debian\n' >"$etc/mirrors.list"
printf 'Types: deb\nURIs: mirror+file://%s/mirrors.list\nSuites: bookworm\nComponents: main\n' "$etc" >"$etc/sources.list.d/a.sources"
is "a list of mirrors" "$(debian_mirror bookworm "$etc" "$release")" https://list.example/debian

new_etc
printf 'ID=ubuntu\nVERSION_CODENAME=jammy\n' >"$release"
printf 'deb http://ubuntu.example/ubuntu jammy main\ndeb http://graphs.example/deb stable main\n' >"$etc/sources.list"
is "no Debian" "$(debian_mirror bookworm "$etc" "$release" || echo none)" none

proxy_of() {
  (
    unset http_proxy https_proxy
    apt_says="$1"
    apt-config() { [ "$*" != "shell PROXY Acquire::http::Proxy" ] || printf "PROXY='%s'\n" "$apt_says"; }
    [ -z "${2:-}" ] || export http_proxy="$2"
    use_apt_proxy
    printf '%s' "${http_proxy:-}"
  )
}
is "apt's proxy" "$(proxy_of http://proxy.example:3128/)" http://proxy.example:3128/
is "no proxy by apt's word" "$(proxy_of DIRECT)" ""
is "the environment's proxy" "$(proxy_of http://proxy.example:3128/ http://own.example)" http://own.example

# No script has the name of a host that packages come from.
hosts='(deb|security|archive|ftp)\.(debian|ubuntu)\.(org|com)|registry\.npmjs|pypi\.org|files\.pythonhosted|crates\.io'
is "no package host in a script" "$(cd "$tree" && grep -rlE "$hosts" scripts .ci cmake CMakeLists.txt --include='*' | tr '\n' ' ')" ""

# SPDX-License-Identifier: Apache-2.0
# Shared by the scripts of this folder: what the project needs from Debian's packages, and how it gets there.
# Sourced, never run.

REACT1_ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
REACT1_JOBS="${REACT1_JOBS:-$(nproc)}"

# With ccache, a second clone or another build folder of the same sources compiles nothing again.
export CCACHE_BASEDIR="$REACT1_ROOT" CCACHE_NOHASHDIR=1

# To build and to run the program.
BUILD_PACKAGES=(
  g++ cmake ninja-build pkg-config
  libavformat-dev libavcodec-dev libavfilter-dev libswresample-dev libswscale-dev libavutil-dev
  libebur128-dev
  libcurl4-openssl-dev libssl-dev libsqlite3-dev libpq-dev libmicrohttpd-dev
  nlohmann-json3-dev libvalijson-dev libfmt-dev libcli11-dev
  ca-certificates
)
# To build the tests as well; ffmpeg and numpy are for the differential test (tests/differential), the project never runs them.
TEST_PACKAGES=(doctest-dev ffmpeg python3 python3-numpy)
# What .ci/run uses beyond that.
CI_PACKAGES=(clang clang-tidy clang-format ccache)
# What scripts/fuzz needs: clang with its fuzzing and sanitizer libraries.
FUZZ_PACKAGES=(clang libclang-rt-dev)

# The server that the tests of the job store start for themselves. By default Debian's package also creates and starts a
# cluster on this machine. A setting prevents that; it is removed after the installation.
need_postgres_server() {
  compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null && return 0
  command -v apt-get >/dev/null || return 0
  need_packages postgresql-common
  local setting=/etc/postgresql-common/createcluster.d/react1-tests.conf status=0
  as_root sh -c "mkdir -p '${setting%/*}' && echo 'create_main_cluster = false' > '$setting'"
  need_packages postgresql || status=$?
  as_root rm -f "$setting"
  return "$status"
}

say() { printf '\n==> %s\n' "$*"; }

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    echo "These packages have to be installed by root, and there is no sudo. As root, run:" >&2
    echo "  $*" >&2
    return 1
  fi
}

# need_packages NAME...: installs those that are missing; does nothing, and needs no root, when none is.
need_packages() {
  if ! command -v apt-get >/dev/null; then
    echo "This is no Debian: make sure that you have the equivalents of: $*" >&2
    return 0
  fi
  local missing=() name
  for name in "$@"; do
    if [ "$(dpkg-query -W -f='${db:Status-Status}' "$name" 2>/dev/null || true)" != installed ]; then
      missing+=("$name")
    fi
  done
  if [ "${#missing[@]}" -eq 0 ]; then
    return 0
  fi
  say "Installing what is missing: ${missing[*]}"
  as_root apt-get -q update
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends "${missing[@]}"
}

# The official JavaScript client that the sandbox is checked against. Where node and npm are, it is fetched from npm's registry;
# they are not installed for this alone (npm brings hundreds of packages). Without it that test is skipped with a message.
install_official_client() {
  local folder="$REACT1_ROOT/tests/official_client"
  if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    echo "No node and npm here: the test official_client will be skipped (apt install nodejs npm makes it run)." >&2
    return 0
  fi
  if [ "$folder/node_modules/.package-lock.json" -nt "$folder/package-lock.json" ]; then
    return 0
  fi
  say "Fetching the official JavaScript client (tests/official_client)"
  if ! (cd "$folder" && timeout 120 npm ci --no-audit --no-fund --ignore-scripts && touch node_modules/.package-lock.json); then
    echo "It can't be fetched: the test official_client will be skipped." >&2
  fi
}

# configure PRESET; build PRESET [TARGET...]; run_tests PRESET [CTEST ARGUMENTS...]
configure() { (cd "$REACT1_ROOT" && cmake --preset "$1"); }

build() {
  local preset="$1"
  shift
  local targets=()
  [ "$#" -eq 0 ] || targets=(--target "$@")
  (cd "$REACT1_ROOT" && cmake --build --preset "$preset" --parallel "$REACT1_JOBS" "${targets[@]}")
}

run_tests() {
  local preset="$1"
  shift
  (cd "$REACT1_ROOT" && ctest --preset "$preset" --parallel "$REACT1_JOBS" "$@") || {
    say "The checks that failed"
    grep -aE -A 12 '(FATAL )?ERROR: ' "$REACT1_ROOT/build/$preset/Testing/Temporary/LastTest.log" | cut -c 1-400 | head -n 200
    return 1
  }
}

# The same as an ordinary user without a home, for root: so that permissions apply that root bypasses. Only root can do
# this; other users have run the tests as an ordinary user already.
run_tests_as_nobody() {
  local preset="$1" place status=0
  shift
  [ "$(id -u)" -eq 0 ] || return 0
  place="$(mktemp -d)"
  echo "subdirs(\"$REACT1_ROOT/build/$preset\")" > "$place/CTestTestfile.cmake"  # ctest writes to its test directory
  mkdir "$place/tmp"
  chown -R nobody:nogroup "$place"
  setpriv --reuid=nobody --regid=nogroup --clear-groups env -i PATH="$PATH" HOME=/nonexistent TMPDIR="$place/tmp" \
    REACT1_MEDIA_DIR="${REACT1_MEDIA_DIR:-}" \
    ctest --test-dir "$place" --parallel "$REACT1_JOBS" --output-on-failure "$@" || status=$?
  rm -rf "$place"
  return "$status"
}

# Every C++ file that is ours.
own_sources() { (cd "$REACT1_ROOT" && git ls-files '*.cpp' '*.hpp'); }

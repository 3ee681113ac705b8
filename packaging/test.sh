#!/usr/bin/env bash
# Tests what is built from a binary: the archive of a release, the shell steps of the action, the container's root file
# system. test.sh BINARY; the container is left out where BINARY is not static or this is not root, which is a failure with
# PROBITY_CONTAINER=required. The container is smaller than 40 MB, or PROBITY_CONTAINER_LIMIT.
set -euo pipefail
binary=$(realpath "$1")
cd "$(dirname "$0")/.."
here=$PWD
work=$(mktemp -d)
server=
cleanup() {
  if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; fi
  rm -rf "$work"
}
trap cleanup EXIT

fail() {
  echo "FAILED: $*"
  exit 1
}

# Shows what was expected of a file, and what it has.
has() {
  grep -q -- "$2" "$1" || { cat "$1"; fail "$1 does not have: $2"; }
}

echo "-- the archive of a release"
triple="$(uname -m)-unknown-linux-musl"
packaging/archive.sh "$binary" "probity-v0.0.0-$triple" "$work/releases"
(cd "$work/releases" && sha256sum --check --quiet ./*.sha256)
tar -tzf "$work/releases/probity-v0.0.0-$triple.tar.gz" >"$work/list"
for file in probity LICENSE README.md man/probity.1 man/probity-run.1 completions/probity.bash; do
  has "$work/list" "/$file\$"
done
first=$(cat "$work"/releases/*.sha256)
packaging/archive.sh "$binary" "probity-v0.0.0-$triple" "$work/releases"
[ "$first" = "$(cat "$work"/releases/*.sha256)" ] || fail "the archive differs from one time to the next"

echo "-- the action: install"
mkdir "$work/temp"
export GITHUB_ACTION_PATH=$here RUNNER_TEMP=$work/temp GITHUB_OUTPUT=$work/output GITHUB_STEP_SUMMARY=$work/summary
export PROBITY_RELEASES=file://$work/releases PROBITY_REPOSITORY=somebody/probity
: >"$GITHUB_OUTPUT"
PROBITY_VERSION=v0.0.0 packaging/action/install.sh >"$work/log"
installed=$(sed -n 's/^binary=//p' "$GITHUB_OUTPUT")
[ -x "$installed" ] || fail "nothing was installed"
if PROBITY_VERSION=v0.0.0 PROBITY_CHECKSUM=$(printf '0%.0s' {1..64}) packaging/action/install.sh >"$work/log" 2>&1; then
  fail "a wrong checksum was accepted"
fi
has "$work/log" "expected 0000"
if PROBITY_VERSION=v9.9.9 packaging/action/install.sh >"$work/log" 2>&1; then fail "a missing release was accepted"; fi
has "$work/log" "::error title=Probity::cannot get"
PROBITY_BINARY=$binary packaging/action/install.sh >"$work/log"
has "$GITHUB_OUTPUT" "binary=$binary"

echo "-- the action: run"
mkdir "$work/workspace"
cd "$work/workspace"
: >"$GITHUB_OUTPUT"
PROBITY=$installed PROBITY_REPORTS=out "$here/packaging/action/run.sh" >"$work/log" 2>&1
has "$GITHUB_OUTPUT" '^exit-code=0$'
has "$GITHUB_OUTPUT" '^report=out/report.json$'
has "$GITHUB_STEP_SUMMARY" CONFORMS
: >"$work/server"
"$installed" serve --fault missing-member >"$work/server" 2>&1 &
server=$!
for _ in $(seq 100); do
  grep -q http "$work/server" && break
  sleep 0.1
done
url=$(grep -o 'http://[0-9.:]*' "$work/server" | head -n 1)
: >"$GITHUB_OUTPUT"
: >"$GITHUB_STEP_SUMMARY"
PROBITY=$installed PROBITY_REPORTS=out/ PROBITY_TARGET=$url PROBITY_ARGUMENTS=$'--quiet\n--strict\n' \
  "$here/packaging/action/run.sh" >"$work/log" 2>&1
has "$GITHUB_OUTPUT" '^exit-code=1$'
has "$work/log" '^::error file='
has "$GITHUB_STEP_SUMMARY" "cases fail"
comment=$(sed -n 's/^comment=//p' "$GITHUB_OUTPUT")
[ "$(wc -c <"$comment")" -le 65536 ] || fail "the comment is too long for GitHub"
: >"$GITHUB_OUTPUT"
: >"$GITHUB_STEP_SUMMARY"
PROBITY=$installed PROBITY_REPORTS=out PROBITY_ARGUMENTS=--no-such-option "$here/packaging/action/run.sh" >"$work/log" 2>&1
has "$GITHUB_OUTPUT" '^exit-code=2$'
has "$GITHUB_STEP_SUMMARY" 'no report (exit 2)'
[ ! -f out/report.json ] || fail "an old report passes for that of a run that did not start"
cd "$here"

echo "-- the container"
# What `ldd` says of static binaries, and of those that can be loaded at any address.
if [ "$(id -u)" != 0 ] || ! (ldd "$binary" 2>&1 || true) | grep -qE 'not a dynamic executable|statically linked'; then
  if [ "${PROBITY_CONTAINER:-}" = required ]; then fail "it needs root and a static binary"; fi
  echo "left out: it needs root and a static binary"
  exit 0
fi
packaging/rootfs.sh "$binary" "$work/rootfs"
size=$(du -s --apparent-size --block-size=1M "$work/rootfs" | cut -f1)
echo "size: $size MB"
limit=${PROBITY_CONTAINER_LIMIT:-40}
[ "$size" -lt "$limit" ] || fail "the container is not below $limit MB"
chroot --userspec=65532:65532 "$work/rootfs" /bin/probity run --report /suite/out/ --quiet
[ "$(stat -c %u "$work/rootfs/suite/out/report.json")" = 65532 ] || fail "the container does not run as its user"
chroot --userspec=65532:65532 "$work/rootfs" /bin/probity run --target "$url" --quiet >"$work/log" 2>&1 &&
  fail "a fault is green in the container"
echo "all passed"

#!/usr/bin/env bash
# Packs a release: archive.sh BINARY NAME DIR [RUNNABLE]
#
# Writes DIR/NAME.tar.gz and DIR/NAME.tar.gz.sha256. The archive has the binary, its manual pages and its completions, the
# licence and what a reader wants first. RUNNABLE is a build of the same version that this machine can run (default: BINARY).
set -euo pipefail
binary=$(realpath "$1")
name=$2
mkdir -p "$3"
out=$(realpath "$3")
runnable=$(realpath "${4:-$1}")
cd "$(dirname "$0")/.."

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir -p "$folder/$name/man" "$folder/$name/completions"
case $binary in
  *.exe) cp "$binary" "$folder/$name/probity.exe" ;;
  *) cp "$binary" "$folder/$name/probity" ;;
esac
cp README.md CHANGELOG.md LICENSE "$folder/$name/"
"$runnable" man --into "$folder/$name/man"
for shell in bash zsh fish elvish powershell; do
  "$runnable" completions "$shell" >"$folder/$name/completions/probity.$shell"
done
# The same binary gives the same archive: fixed order, owner and time, which only GNU tar can do.
tar=$(command -v gtar || command -v tar)
"$tar" -czf "$out/$name.tar.gz" -C "$folder" --owner=0 --group=0 --numeric-owner --sort=name \
  --mtime="@${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 0)}" "$name"
cd "$out"
if command -v sha256sum >/dev/null; then sha256sum "$name.tar.gz"; else shasum -a 256 "$name.tar.gz"; fi >"$name.tar.gz.sha256"

#!/usr/bin/env bash
# Installs Probity for the action: a given binary, a release whose checksum is right, or a build of this checkout.
set -euo pipefail

fail() {
  echo "::error title=Probity::$*"
  exit 1
}

# The target triple of the release for this machine.
triple() {
  case "$(uname -s)-$(uname -m)" in
    Linux-x86_64) echo x86_64-unknown-linux-musl ;;
    Linux-aarch64 | Linux-arm64) echo aarch64-unknown-linux-musl ;;
    Darwin-x86_64) echo x86_64-apple-darwin ;;
    Darwin-arm64) echo aarch64-apple-darwin ;;
    MINGW*-x86_64 | MSYS*-x86_64) echo x86_64-pc-windows-msvc ;;
    *) fail "there is no release for $(uname -s) on $(uname -m): leave \`version\` empty to build it" ;;
  esac
}

sha256() {
  if command -v sha256sum >/dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d' ' -f1
}

# The words of a checksum in lower case, without the name of the file.
words() {
  cut -d' ' -f1 | tr 'A-F' 'a-f' | tr -d '\r\n'
}

release() {
  local version=$1 folder name url found expected
  name="probity-$version-$(triple)"
  folder=$(mktemp -d "${RUNNER_TEMP:-/tmp}/probity.XXXXXX")
  url="${PROBITY_RELEASES:-${GITHUB_SERVER_URL:-https://github.com}/$PROBITY_REPOSITORY/releases/download/$version}"
  curl --fail --silent --show-error --location --retry 3 --output "$folder/$name.tar.gz" "$url/$name.tar.gz" ||
    fail "cannot get $url/$name.tar.gz"
  if [ -n "${PROBITY_CHECKSUM:-}" ]; then
    expected=$(printf '%s' "$PROBITY_CHECKSUM" | words)
  else
    expected=$(curl --fail --silent --show-error --location --retry 3 "$url/$name.tar.gz.sha256" | words) ||
      fail "cannot get $url/$name.tar.gz.sha256"
  fi
  found=$(sha256 "$folder/$name.tar.gz")
  [ "$found" = "$expected" ] || fail "$name.tar.gz has the SHA-256 $found, expected $expected"
  tar -xzf "$folder/$name.tar.gz" -C "$folder"
  binary="$folder/$name/probity"
  if [ -f "$binary.exe" ]; then binary="$binary.exe"; fi
}

if [ -n "${PROBITY_BINARY:-}" ]; then
  binary=$PROBITY_BINARY
elif [ -n "${PROBITY_VERSION:-}" ]; then
  release "$PROBITY_VERSION"
else
  command -v cargo >/dev/null || fail "Rust is not installed: give a \`version\` to install a release"
  root="${RUNNER_TEMP:-/tmp}/probity-build"
  cargo install --quiet --locked --path "$GITHUB_ACTION_PATH" --root "$root"
  binary="$root/bin/probity"
fi
"$binary" --version || fail "$binary cannot be run"
echo "binary=$binary" >>"$GITHUB_OUTPUT"

#!/usr/bin/env bash
# Makes the root file system of the container: rootfs.sh BINARY DIR [CERTIFICATES]
#
# BINARY is static (musl). CERTIFICATES is the bundle of root certificates, by default that of this machine.
set -euo pipefail
binary=$1
root=$2
certificates=${3:-/etc/ssl/certs/ca-certificates.crt}
if ! head -c 4 "$binary" | grep -q ELF; then
  echo "$binary is not a Linux binary" >&2
  exit 1
fi
mkdir -p "$root/bin" "$root/etc/ssl/certs" "$root/suite" "$root/tmp"
install -m 755 "$binary" "$root/bin/probity"
install -m 644 "$certificates" "$root/etc/ssl/certs/ca-certificates.crt"
printf 'probity:x:65532:65532::/suite:/bin/probity\n' >"$root/etc/passwd"
printf 'probity:x:65532:\n' >"$root/etc/group"
chmod 1777 "$root/tmp" "$root/suite"

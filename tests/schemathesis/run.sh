#!/usr/bin/env bash
# The exported documents are valid for an independent validator, and Schemathesis finds nothing when it calls the reference
# deployment as they say. The first argument is a directory with both tools (a Python environment).
set -euo pipefail
tools=${1:?the bin directory of a Python environment with openapi-spec-validator and schemathesis}
probity=${PROBITY:-target/debug/probity}
folder=$(mktemp -d)
trap 'kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT

"$probity" serve > "$folder/address" &
server=$!
for suite in examples/bookshelf examples/web; do
  "$probity" export openapi --suite "$suite" --out "$folder/api.json" 2> /dev/null
  "$tools/openapi-spec-validator" "$folder/api.json"
done
"$probity" export openapi --out "$folder/api.json" 2> /dev/null
"$tools/openapi-spec-validator" "$folder/api.json"
until grep -q http "$folder/address"; do sleep 0.1; done
url=$(sed 's/listening on //' "$folder/address")

# Requests are made of what the contracts say about them, which is less than the service demands: that it refuses one is no
# failure. Its answers must be as the contracts say.
checks=not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance
while read -r contract token; do
  "$probity" export openapi --contract "$contract" --out "$folder/$contract.json" 2> /dev/null
  "$tools/schemathesis" run "$folder/$contract.json" --url "$url" --checks "$checks" --seed 1 --max-examples 30 \
    --max-time 8 --phases examples,coverage,fuzzing --warnings off -H "Authorization: $token" > "$folder/output" 2>&1 ||
    { cat "$folder/output"; exit 1; }
  tail -n 1 "$folder/output"
done <<'CONTRACTS'
license Bearer delegated-user-readwrite-all
autopilot Bearer delegated-devicemanagementserviceconfig-readwrite-all
seats Bearer store-admin
presence XBL3.0 x=1001;presence-caller
CONTRACTS

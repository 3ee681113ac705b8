#!/usr/bin/env bash
# Runs the suite for the action. Always exits with 0 and leaves the exit code in the outputs: the reports come first.
set -euo pipefail

reports=${PROBITY_REPORTS%/}
mkdir -p "$reports"
# Reports of an earlier step must not pass for those of this run.
rm -f "$reports"/report.json "$reports"/report.md "$reports"/junit.xml "$reports"/index.html "$reports"/annotations.txt

arguments=()
if [ -n "${PROBITY_SUITE:-}" ]; then arguments+=(--suite "$PROBITY_SUITE"); fi
if [ -n "${PROBITY_TARGET:-}" ]; then arguments+=(--target "$PROBITY_TARGET"); fi
while IFS= read -r line; do
  line=${line%$'\r'}
  if [ -n "$line" ]; then arguments+=("$line"); fi
done <<<"${PROBITY_ARGUMENTS:-}"

code=0
"$PROBITY" run "${arguments[@]}" --report "$reports/" --report "github=$reports/annotations.txt" || code=$?

# GitHub reads annotations from the log.
if [ -f "$reports/annotations.txt" ]; then cat "$reports/annotations.txt"; fi
{
  echo "exit-code=$code"
  if [ -f "$reports/report.json" ]; then echo "report=$reports/report.json"; fi
  if [ -f "$reports/report.md" ]; then echo "comment=$reports/report.md"; fi
} >>"$GITHUB_OUTPUT"
if [ -f "$reports/report.md" ]; then
  cat "$reports/report.md" >>"$GITHUB_STEP_SUMMARY"
else
  echo "Probity wrote no report (exit $code)." >>"$GITHUB_STEP_SUMMARY"
fi

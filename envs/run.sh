#!/usr/bin/env bash
# Runs the workflow on this machine; arguments go to snakemake. A run that was killed leaves its lock behind; here it is
# known to be dead, as a live one holds the file lock, which ends with its process.
set -euo pipefail
mkdir -p .snakemake
exec 9>.snakemake/run.lock
flock -n 9 || { echo "another run is at work in this folder; waiting for it to end"; flock 9; }
working() {
  for process in /proc/[0-9]*; do
    [ "$(readlink "$process/cwd")" = "$PWD" ] && grep -qa bin/snakemake "$process/cmdline" && return 0
  done 2>/dev/null
  return 1
}
if [ -n "$(ls -A .snakemake/locks 2>/dev/null)" ]; then
  if working; then echo "snakemake is at work in this folder; wait for it to end, then type make again" >&2; exit 1; fi
  snakemake --unlock --quiet all
fi
exec snakemake --cores all "$@"

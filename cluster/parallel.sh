#!/usr/bin/env bash
# All shards of a manifest side by side, by GNU parallel. Usage: cluster/parallel.sh MANIFEST JOBS
# After a failure run it again: shards that are done are not run again.
set -euo pipefail
manifest=$1
shards=$(grep -c '"shard":' "$manifest")
seq 0 $((shards - 1)) |
  parallel --joblog "$manifest.log" --resume-failed --jobs "$2" \
    poolproof run-shard "$manifest" {} --threads 1

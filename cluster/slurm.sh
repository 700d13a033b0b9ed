#!/bin/bash
#SBATCH --job-name=poolproof
#SBATCH --array=0-63
#SBATCH --cpus-per-task=1
#SBATCH --requeue
# One task for each shard, on nodes that see the directory it is submitted from.
set -euo pipefail
exec poolproof run-shard manifest.json "$SLURM_ARRAY_TASK_ID" --threads 1

#!/usr/bin/env bash
# Two Dask workers on loopback, one of them killed in mid-run: the merged sweep must equal the one
# of a single process byte for byte, and so must one of results on shared storage. Usage: cluster/test_dask.sh POOLPROOF DIRECTORY
# The interpreter is $PYTHON or python3, 3.11 or later; packages go to a virtual environment in
# DIRECTORY, and nothing is installed elsewhere.
set -euo pipefail
program=$(realpath "$1")
cluster=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
scenario=$(realpath "$cluster/../scenarios/lync-2013-lbw.toml")
mkdir -p "$2"
cd "$2"

"${PYTHON:-python3}" -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check --require-hashes \
  -r "$cluster/requirements.txt"

started=()
# Only what was started here is ended here, and at once: a worker that is asked to end after its
# scheduler has gone may wait for it for ever.
finish() {
  local process child
  for process in "${started[@]}"; do
    for child in $(ps -o pid= --ppid "$process" 2>/dev/null); do
      kill -KILL "$child" 2>/dev/null || true
    done
    kill -KILL "$process" 2>/dev/null || true
    wait "$process" 2>/dev/null || true
  done
}
trap finish EXIT

sweep=("$scenario" --grid "log_shipping.backup_interval=5min,15min,30min"
  --trials 8000 --set simulate.drill_trials=4000)
"$program" sweep "${sweep[@]}" --threads 2 --format json --out local >local.json
"$program" sweep plan "${sweep[@]}" --shards 24

# A free port of the system's choice; the scheduler writes its address into a file.
venv/bin/dask scheduler --host 127.0.0.1 --port 0 --dashboard-address :0 \
  --scheduler-file scheduler.json >scheduler.log 2>&1 &
started+=($!)
for worker in one two; do
  venv/bin/dask worker --scheduler-file scheduler.json --host 127.0.0.1 --no-nanny \
    --no-dashboard --nthreads 1 --local-directory "$worker" >"$worker.log" 2>&1 &
  started+=($!)
done
victim=${started[1]}
for _ in $(seq 600); do
  [[ -s scheduler.json ]] && grep -q "Registered to" one.log && grep -q "Registered to" two.log \
    && break
  sleep 0.1
done
address=$(venv/bin/python -c 'import json; print(json.load(open("scheduler.json"))["address"])')

"$program" sweep driver --engine dask --run --python venv/bin/python -- manifest.json \
  --scheduler "$address" --program "$program" -- --format json --out merged \
  >merged.json 2>driver.log &
driver=$!
started+=("$driver")

# Kill a worker once the run is well under way and far from its end.
finished() { find shards -name 'shard-*.json' 2>/dev/null | wc -l; }
for _ in $(seq 1200); do
  [[ $(finished) -ge 3 ]] && break
  kill -0 "$driver" 2>/dev/null || break
  sleep 0.05
done
at=$(finished)
kill -KILL "$victim"
if [[ $at -lt 3 || $at -ge 24 ]]; then
  tail -n 20 driver.log >&2
  echo "the worker was not killed in mid-run: $at of 24 shards were there" >&2
  exit 1
fi
if ! wait "$driver"; then
  tail -n 20 driver.log >&2
  echo "the driver failed after a worker was killed" >&2
  exit 1
fi
grep -q "24 of 24 shards" driver.log
cmp local.json merged.json
diff -r local merged
# Workers that write to shared storage themselves: the same files.
"$program" sweep driver --engine dask --run --python venv/bin/python -- manifest.json \
  --scheduler "$address" --program "$program" --shared --out shared -- --format json \
  >shared.json 2>shared.log
cmp local.json shared.json
diff -r shards shared
grep -q "24 of 24 shards" shared.log
echo "a worker was killed at $at of 24 shards; the merged sweep is the same, byte for byte"

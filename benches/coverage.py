#!/usr/bin/env python3
"""How often the intervals of a scenario cover the truth.

Runs a scenario under many seeds, with few trials each, and compares every figure that has an
interval with a long run under other seeds. Prints one line for each figure: how many intervals
there were, the share that covers, how many were below and above, and how wide they are. A figure
that gives no interval in a run ("few values carry it") is counted apart.

    cargo build --release
    python3 benches/coverage.py scenarios/lync-2013-lbw.toml
    python3 benches/coverage.py --seeds 40 --trials 2000 --reference 200000 SCENARIO

With --least SHARE it fails where a figure covers less often than chance allows at that share.
"""

import argparse
import concurrent.futures
import json
import math
import subprocess
import sys

MEASURES = {
    "time_ms": "time",
    "data_lost_ms": "data lost",
    "messages_lost": "messages lost",
}
STATISTICS = ["mean", "p50", "p95", "p99"]
# Runs of the long run get seeds far from those of the short ones.
FIRST_REFERENCE_SEED = 900_001


def simulate(options, seed, trials, drills):
    """Runs the simulator once and returns its part of the result document."""
    command = [options.program, "simulate", options.scenario, "--seed", str(seed)]
    command += ["--set", f"simulate.trials={trials}", "--set", f"simulate.drill_trials={drills}"]
    command += ["--threads", "1", "--format", "json"]
    done = subprocess.run(command, capture_output=True, text=True)
    # An objective that is missed is an answer too.
    if not done.stdout.startswith("{"):
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr}")
    return json.loads(done.stdout)["simulation"]


def estimates(simulation):
    """Returns every figure that has an interval, by name."""
    found = {
        "availability": simulation["availability"],
        "outage per year": simulation["mean_outage_ms_per_year"],
    }
    for column in simulation["columns"]:
        for field, title in MEASURES.items():
            for statistic in STATISTICS:
                found[f"{column['name']}, {title}, {statistic}"] = column[field][statistic]
        found[f"{column['name']}, any loss"] = column["any_loss"]
    for cause in simulation["outage_by_cause"]:
        found[f"outage by {cause['cause']}"] = cause["ms_per_year"]
    return found


def pooled(runs):
    """Returns the truth of each figure: its mean over the parts of the long run."""
    truth = {}
    for name in runs[0]:
        values = [run[name]["value"] for run in runs]
        if None not in values:
            truth[name] = sum(values) / len(values)
    return truth


def binomial_low(n, share, error=1e-3):
    """Returns the least number of hits in n that is not rarer than `error` at this share."""
    cumulative = 0.0
    for hits in range(n + 1):
        log = math.lgamma(n + 1) - math.lgamma(hits + 1) - math.lgamma(n - hits + 1)
        log += hits * math.log(share) + (n - hits) * math.log1p(-share)
        cumulative += math.exp(log)
        if cumulative > error:
            return hits
    return n


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("scenario")
    parser.add_argument("--program", default="target/release/poolproof")
    parser.add_argument("--seeds", type=int, default=200, help="short runs")
    parser.add_argument("--trials", type=int, default=2_000, help="trials of a short run")
    parser.add_argument("--drills", type=int, default=2_000, help="drills of a short run")
    parser.add_argument("--reference", type=int, default=400_000, help="trials of the long run")
    parser.add_argument("--reference-drills", type=int, default=100_000)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--least", type=float, help="fail below this share, up to chance")
    options = parser.parse_args()

    parts = max(options.processes, 2)
    with concurrent.futures.ThreadPoolExecutor(options.processes) as pool:
        long = pool.map(
            lambda seed: simulate(
                options, seed, options.reference // parts, options.reference_drills // parts
            ),
            range(FIRST_REFERENCE_SEED, FIRST_REFERENCE_SEED + parts),
        )
        short = pool.map(
            lambda seed: simulate(options, seed, options.trials, options.drills),
            range(1, options.seeds + 1),
        )
        truth = pooled([estimates(run) for run in long])
        runs = [estimates(run) for run in short]

    print(f"{options.scenario}: {options.seeds} runs of {options.trials} trials and "
          f"{options.drills} drills, against {options.reference} and {options.reference_drills}")
    print(f"{'figure':44}{'n':>5}{'covers':>9}{'below':>7}{'above':>7}{'none':>6}"
          f"{'half width':>12}{'median/truth':>14}")
    failed = []
    for name, true in truth.items():
        with_interval = [
            run[name] for run in runs
            if run[name]["low"] is not None and run[name]["high"] is not None
        ]
        n = len(with_interval)
        if n == 0 or true == 0:
            continue
        below = sum(one["high"] < true for one in with_interval)
        above = sum(one["low"] > true for one in with_interval)
        covered = n - below - above
        half = sum((one["high"] - one["low"]) / 2 for one in with_interval) / n / true
        middle = sorted(one["value"] for one in with_interval)[n // 2] / true
        print(f"{name:44}{n:5}{covered / n:9.1%}{below:7}{above:7}{len(runs) - n:6}"
              f"{half:12.1%}{middle:14.3f}")
        if options.least and covered < binomial_low(n, options.least):
            failed.append(name)
    if failed:
        sys.exit(f"less often than {options.least:.0%}: {', '.join(failed)}")


if __name__ == "__main__":
    main()

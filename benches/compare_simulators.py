#!/usr/bin/env python3
"""Ratios of the simulator's speed to a loop written by hand and to SimPy, all measured in one run.

    python3 benches/compare_simulators.py

The workloads are scenarios/benchmarks/w1.toml and w0.toml: two data centres for ten years, with and
without log shipping. The hand-written loop (benches/peers/rust_loop) knows nothing but this system:
`lazy` folds the timers of log shipping into arithmetic, as poolproof does, with the same random
numbers (ChaCha8, inverse CDF). SimPy and the plain Python loop execute every timer.

Each program runs alone on one thread, taking turns with the others, several times; the least
processor time counts, because what else runs on the machine can only add to it. Every downtime must
agree with the exact value within its interval. SimPy is installed from the package index into a
directory that is deleted afterwards; where that is impossible it is said loudly.
"""

import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PEERS = ROOT / "benches" / "peers"
REQUIREMENTS = ROOT / "benches" / "requirements.txt"
SIMPY = next(line.split()[0] for line in REQUIREMENTS.open() if line.startswith("simpy=="))
RUNS = 5
YEARS = 10
# Enough that starting the program does not count.
TRIALS = 40_000
EXACT_DOWNTIME_H = 12.868229298179
# The standard deviation of one trial, by the variance rate of the exact chain.
DEVIATION_H = 10.83


def run(*command, **options):
    """Runs a program: its output, and the processor time that it took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    done = subprocess.run(
        [str(word) for word in command],
        check=True,
        text=True,
        stdout=subprocess.PIPE,
        **options,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    return done.stdout, after - before


def agree(who, downtime_h, trials):
    off = (downtime_h - EXACT_DOWNTIME_H) / (DEVIATION_H / trials**0.5)
    if abs(off) > 4:
        sys.exit(f"{who}: a downtime of {downtime_h} h is {off:.1f} standard errors off")


def build():
    run("cargo", "build", "--quiet", "--release", cwd=ROOT)
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    manifest = PEERS / "rust_loop" / "Cargo.toml"
    peers = target / "peers"
    run(
        *("cargo", "build", "--quiet", "--release", "--locked"),
        *("--manifest-path", manifest, "--target-dir", peers),
    )
    return target / "release" / "poolproof", peers / "release" / "rust_loop"


def poolproof(program, workload, trials, threads=1):
    file = ROOT / "scenarios" / "benchmarks" / f"{workload}.toml"
    arguments = ["--trials", trials, "--threads", threads, "--format", "json"]
    told, seconds = run(program, "simulate", file, *arguments, stderr=subprocess.DEVNULL)
    told = json.loads(told)
    document = told[0] if isinstance(told, list) else told
    per_year = document["simulation"]["mean_outage_ms_per_year"]["value"]
    agree(f"poolproof {workload}", per_year * YEARS / 3_600_000, trials)
    return YEARS * trials / seconds, document["simulation"]["events_executed"] / seconds


def loop(program, workload, random="cc8"):
    mode = {"w1": "lazy", "w0": "w0"}[workload]
    told, seconds = run(program, mode, random, "inv", TRIALS, 2)
    agree(f"loop {workload}", float(re.search(r"downtime h/10y ([\d.]+)", told).group(1)), TRIALS * 2)
    return YEARS * TRIALS * 2 / seconds


def python(interpreter, program, workload):
    """Years a second as the program measures them itself: starting Python is not its speed."""
    told, _ = run(interpreter, program, workload, cwd=PEERS / "python")
    return float(re.search(r"years/s median \S+ min \S+ max (\S+)", told).group(1))


def with_simpy(place):
    """A Python that has SimPy; None where it cannot be had."""
    venv.create(place, with_pip=True)
    interpreter = Path(place) / "bin" / "python"
    install = [interpreter, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    install += ["--require-hashes", "-r", REQUIREMENTS]
    try:
        run(*install, stderr=subprocess.PIPE)
    except subprocess.CalledProcessError as error:
        last = (error.stderr or "no reason given").strip().splitlines()[-1]
        print(f"SKIPPED: SimPy. {SIMPY} could not be installed: {last}")
        return None
    return interpreter


def main():
    program, by_hand = build()
    ours, loops, events = {}, {}, 0.0
    for _ in range(RUNS):
        for workload in ("w1", "w0"):
            years, per_second = poolproof(program, workload, TRIALS)
            ours[workload] = max(years, ours.get(workload, 0.0))
            events = max(per_second, events)
            loops[workload] = max(loop(by_hand, workload), loops.get(workload, 0.0))
    print(f"{'simulated years a second and thread':38}{'W1':>14}{'W0':>14}")
    print(f"{'poolproof':38}{ours['w1']:14,.0f}{ours['w0']:14,.0f}")
    print(f"{'loop by hand, ChaCha8, inverse CDF':38}{loops['w1']:14,.0f}{loops['w0']:14,.0f}")
    peers = [("plain Python, heapq", sys.executable, "w1_heapq.py")]
    with tempfile.TemporaryDirectory() as place:
        interpreter = with_simpy(place)
        if interpreter:
            peers.append((SIMPY, interpreter, "w1_simpy.py"))
        for name, with_python, script in peers:
            found = {w: python(with_python, script, w) for w in ("w1", "w0")}
            print(f"{name:38}{found['w1']:14,.1f}{found['w0']:14,.0f}")
            times = [ours[w] / found[w] for w in ("w1", "w0")]
            print(f"  {'poolproof is faster by':36}{times[0]:13,.0f}x{times[1]:13,.1f}x")
    for workload in ("w1", "w0"):
        ratio = loops[workload] / ours[workload]
        print(f"{workload.upper()}: {ratio:.2f} times the time of the loop written by hand")
    print(f"poolproof executed {events:,.0f} events a second on one thread")


if __name__ == "__main__":
    main()

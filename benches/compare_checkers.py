#!/usr/bin/env python3
"""Ratios of the checker's speed to SPIN's and Stateright's, all measured in one run.

    python3 benches/compare_checkers.py

The mirror trio (examples/checker_speed/trio.rs, benches/spin/mirror_trio.pml) is searched by all
three, and all three must find the same number of states; the reference file is searched by the two
that know its model. Each program runs alone, on one thread, several times; the fastest counts.
SPIN is the Debian package `spin`, with gcc; where it is absent that is said loudly.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# About half a million states.
POSTS = 32
RUNS = 5
REFERENCE = "scenarios/lync-2013-lbw.toml"
# Depth first is SPIN's fastest search; one process leaves nothing to reduce.
PAN_FLAGS = ["-O2", "-DNOFAIR", "-DSAFETY", "-DNOREDUCE"]
PAN_RUN = ["-m2000000", "-w22", "-n"]


def run(*command, **options):
    return subprocess.run(
        [str(word) for word in command], check=True, text=True, stdout=subprocess.PIPE, **options
    ).stdout


def ours(*arguments):
    """Counts and seconds by program, as the example prints them."""
    cargo = ["cargo", "run", "--quiet", "--release", "--example", "checker_speed", "--"]
    found = {}
    for line in run(*cargo, *arguments, cwd=ROOT).splitlines():
        who, *pairs = line.split()
        numbers = dict(pair.split("=") for pair in pairs)
        found[who] = (int(numbers["states"]), int(numbers["transitions"]), float(numbers["seconds"]))
    return found


def spin():
    """Counts and seconds of SPIN on the trio; None where it is not installed."""
    if not shutil.which("spin") or not shutil.which("gcc"):
        print("SKIPPED: SPIN. `spin` and `gcc` are not both here (Debian: apt-get install spin gcc).")
        return None
    with tempfile.TemporaryDirectory() as place:
        run("spin", f"-DLENGTH={POSTS}", "-a", ROOT / "benches/spin/mirror_trio.pml", cwd=place)
        run("gcc", *PAN_FLAGS, "-w", "-o", "pan", "pan.c", cwd=place)
        seconds = []
        for _ in range(RUNS):
            told = run("./pan", *PAN_RUN, cwd=place)
            if "errors: 0" not in told or "search not completed" in told:
                sys.exit(f"SPIN did not finish its search:\n{told}")
            seconds.append(float(re.search(r"elapsed time ([\d.e+-]+) seconds", told).group(1)))
        stored = int(re.search(r"(\d+) states, stored", told).group(1))
        transitions = int(re.search(r"(\d+) transitions", told).group(1))
        return stored, transitions, min(seconds)


def table(title, found):
    print(f"\n{title}")
    print(f"  {'':12} {'states':>9} {'transitions':>12} {'seconds':>9} {'M/s':>7} {'ratio':>7}")
    base = found["poolproof"][2]
    for who, (states, transitions, seconds) in found.items():
        speed = transitions / seconds / 1e6
        print(
            f"  {who:12} {states:9} {transitions:12} {seconds:9.4f} {speed:7.2f}"
            f" {seconds / base:7.2f}"
        )
    counts = {states for states, _, _ in found.values()}
    if len(counts) != 1:
        sys.exit(f"{title}: the numbers of states differ: {sorted(counts)}")


def main():
    trio = ours("trio", POSTS)
    by_spin = spin()
    if by_spin:
        trio["spin"] = by_spin
    table(f"Mirror trio, at most {POSTS} posts", trio)
    table(f"{REFERENCE}, all properties on", ours(REFERENCE))
    print("\nratio: seconds over those of poolproof; all on one thread.")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Ratios of the checker's speed to SPIN's and Stateright's, all measured in one run.

    python3 benches/compare_checkers.py

The mirror trio (examples/checker_speed/trio.rs, benches/spin/mirror_trio.pml) is searched by all
three, and all three must find the same number of states; the reference file is searched by the two
that know its model. Each program runs alone, on one thread, several times; the fastest counts.
SPIN is the Debian package `spin`, with gcc; where it is absent that is said loudly.
"""

import json
import re
import resource
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


def timed(*command, **options):
    """What a program prints, with the processor seconds of its fastest run.

    Processor time, because on a shared machine the clock on the wall measures the neighbours.
    """
    fastest = None
    for _ in range(RUNS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        told = run(*command, **options)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
        fastest = seconds if fastest is None else min(fastest, seconds)
    return told, fastest


def built():
    """The example's program."""
    cargo = ["cargo", "build", "--quiet", "--release", "--example", "checker_speed"]
    for line in run(*cargo, "--message-format=json", cwd=ROOT).splitlines():
        message = json.loads(line)
        if message.get("executable"):
            return message["executable"]
    sys.exit("cargo names no program")


def searched(program, who, *what):
    """States, transitions and seconds of one of the checkers in the example."""
    told, seconds = timed(program, who, *what, cwd=ROOT)
    states, transitions = re.fullmatch(r"(\d+) states, (\d+) transitions\n", told).groups()
    return int(states), int(transitions), seconds


def spin():
    """States, transitions and seconds of SPIN on the trio; None where it is not installed."""
    if not shutil.which("spin") or not shutil.which("gcc"):
        print("SKIPPED: SPIN. `spin` and `gcc` are not both here (Debian: apt-get install spin gcc).")
        return None
    with tempfile.TemporaryDirectory() as place:
        run("spin", f"-DLENGTH={POSTS}", "-a", ROOT / "benches/spin/mirror_trio.pml", cwd=place)
        run("gcc", *PAN_FLAGS, "-w", "-o", "pan", "pan.c", cwd=place)
        told, seconds = timed("./pan", *PAN_RUN, cwd=place)
    if "errors: 0" not in told or "Search not completed" in told or "truncated" in told:
        sys.exit(f"SPIN did not finish its search:\n{told}")
    stored = int(re.search(r"(\d+) states, stored", told).group(1))
    # It counts the initial state as a transition.
    transitions = int(re.search(r"(\d+) transitions", told).group(1)) - 1
    return stored, transitions, seconds


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
    counts = {counts[:2] for counts in found.values()}
    if len(counts) != 1:
        sys.exit(f"{title}: the numbers of states or transitions differ: {sorted(counts)}")


def main():
    program = built()
    both = ["poolproof", "stateright"]
    trio = {who: searched(program, who, "trio", POSTS) for who in both}
    by_spin = spin()
    if by_spin:
        trio["spin"] = by_spin
    table(f"Mirror trio, at most {POSTS} posts", trio)
    table(
        f"{REFERENCE}, all properties on",
        {who: searched(program, who, REFERENCE) for who in both},
    )
    print("\nseconds of the processor, one thread; ratio: seconds over those of poolproof")


if __name__ == "__main__":
    main()

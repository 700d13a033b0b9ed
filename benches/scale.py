#!/usr/bin/env python3
"""What a study costs beyond one machine: measured here, and worked out for more trials and cores.

    python3 benches/scale.py [--update] [--price USD] [--python PROGRAM]

Measures the processor time of a trial, of starting a shard and of merging one, of a task of
Dask.distributed, and how much faster two workers are than one. The workload is the reference file
scenarios/lync-2013-lbw.toml, a year for each trial. Processor times are the least of several runs,
because what else runs on the machine can only add to them; differences of two sizes separate what a
thing costs each time from what it costs once. Only the step from one worker to two is measured on
the clock, so it needs a machine with two idle cores. Prints Markdown; --update writes it into
docs/scale.md between its marks.

The packages of cluster/requirements.txt are installed into a directory that is deleted afterwards.
"""

import argparse
import concurrent.futures
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SCENARIO = ROOT / "scenarios" / "lync-2013-lbw.toml"
PAGE = ROOT / "docs" / "scale.md"
RUNS = 3
SHORT, LONG = 1_000, 5_000  # trials of a shard
FEW, MANY = 8, 24  # shards
SHARDS_MOST = 100_000
SHARD_AT_LEAST_S = 60.0  # a shorter shard is not worth a task
TASKS_PER_CORE = 4  # so that the wait for the last shard stays small
DRILLS = 100  # the least
YEAR_S = 365.25 * 86_400


def spent(function):
    """Processor seconds of the programs that a function runs, the least of several runs."""
    best = None
    for _ in range(RUNS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        function()
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        took = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
        best = took if best is None else min(best, took)
    return best


def on_the_clock(function):
    best = None
    for _ in range(RUNS):
        start = time.monotonic()
        function()
        took = time.monotonic() - start
        best = took if best is None else min(best, took)
    return best


def run(*command, **options):
    words = [str(word) for word in command]
    return subprocess.run(words, check=True, stdout=subprocess.DEVNULL, **options)


class Study:
    """Shards of equal length in a directory of their own."""

    def __init__(self, program, place, shards, trials):
        self.program, self.shards = program, shards
        self.place = Path(place) / f"{shards}x{trials}"
        self.place.mkdir()
        self.manifest = self.place / "manifest.json"
        # Hardly any drills: they cost another time.
        run(
            *(program, "simulate", "plan", SCENARIO, "--trials", shards * trials),
            *("--set", f"simulate.drill_trials={DRILLS}", "--set", "simulate.incident_trials=0"),
            *("--shards", shards, "--manifest", self.manifest),
        )

    def run_one(self, shard):
        out = ("--out", self.place / "shards", "--threads", 1)
        run(self.program, "run-shard", self.manifest, shard, *out)

    def run_by(self, workers):
        with concurrent.futures.ThreadPoolExecutor(workers) as pool:
            list(pool.map(self.run_one, range(self.shards)))

    def files(self):
        return sorted((self.place / "shards").glob("*.json"))

    def merge(self):
        # 4 is undecided: there are too few trials for some objective.
        command = [self.program, "merge", self.manifest, *self.files(), "--format", "json"]
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if done.returncode not in (0, 1, 4):
            sys.exit(f"merge ended with {done.returncode}")

    def by_dask(self, python):
        shutil.rmtree(self.place / "dask", ignore_errors=True)
        driver = [self.program, "sweep", "driver", "--engine", "dask", "--run"]
        driver += ["--python", python, "--", self.manifest, "--workers", "1"]
        driver += ["--out", self.place / "dask", "--", "--format", "json"]
        log = (self.place / "dask.log").open("w")
        words = [str(word) for word in driver]
        done = subprocess.run(words, stdout=subprocess.DEVNULL, stderr=log)
        if done.returncode not in (0, 1, 4):
            sys.exit((self.place / "dask.log").read_text())


def slope(few, many, small, large):
    """What one more costs, and what is left for none."""
    each = max((large - small) / (many - few), 0.0)
    return each, max(small - few * each, 0.0)


def measure(program, place, python):
    found = {}
    short, long = (Study(program, place, 2, trials) for trials in (SHORT, LONG))
    times = [spent(lambda study=study: study.run_one(0)) for study in (short, long)]
    # The first of two shards has half of the line, whose end are the drills.
    lengths = [trials + DRILLS // 2 for trials in (SHORT, LONG)]
    found["trial"], found["start"] = slope(*lengths, *times)
    few, many = (Study(program, place, shards, SHORT) for shards in (FEW, MANY))
    one = on_the_clock(lambda: few.run_by(1))
    two = on_the_clock(lambda: few.run_by(2))
    found["two"] = one / two
    many.run_by(2)
    found["bytes"] = sum(file.stat().st_size for file in many.files()) / MANY
    found["manifest"] = many.manifest.stat().st_size - few.manifest.stat().st_size
    found["manifest"] /= MANY - FEW
    merges = [spent(study.merge) for study in (few, many)]
    found["merge"], found["merged"] = slope(FEW, MANY, *merges)
    plain = [spent(lambda study=study: study.run_by(1)) for study in (few, many)]
    driven = [spent(lambda study=study: study.by_dask(python)) for study in (few, many)]
    extra = [with_dask - alone for with_dask, alone in zip(driven, plain)]
    extra = [more - merge for more, merge in zip(extra, merges)]
    found["task"], found["cluster"] = slope(FEW, MANY, *extra)
    return found


def duration(seconds):
    for unit, size in (("years", YEAR_S), ("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)):
        if seconds >= size:
            return f"{seconds / size:,.1f} {unit}"
    for unit, size in (("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return "below 1 µs"


def measured(found):
    yield "| what | measured |"
    yield "|---|---|"
    yield f"| a trial (one simulated year), processor time | {duration(found['trial'])} |"
    yield f"| to start the program for a shard | {duration(found['start'])} |"
    yield f"| to merge one shard more | {duration(found['merge'])} |"
    yield f"| to merge and report at all | {duration(found['merged'])} |"
    yield f"| a task of Dask: driver, scheduler, worker | {duration(found['task'])} |"
    yield f"| to start a cluster of Dask and end it | {duration(found['cluster'])} |"
    yield f"| a shard of {SHORT:,} trials | {found['bytes'] / 1000:,.0f} kB |"
    yield f"| a shard's place in the manifest | {found['manifest']:,.0f} bytes |"
    yield f"| {FEW} shards on two workers, against one | {found['two']:.2f} times as fast |"


def estimated(found, price):
    yield "| trials | cores | shards | a shard takes | in all | of it merging | processor time | USD |"
    yield "|---:|---:|---:|---:|---:|---:|---:|---:|"
    for exponent in (9, 12, 15):
        trials = 10**exponent
        work = trials * found["trial"]
        for cores in (1, 32, 1_000):
            shards = max(work / SHARD_AT_LEAST_S, TASKS_PER_CORE * cores)
            shards = int(min(shards, SHARDS_MOST))
            each = work / shards
            merging = found["merged"] + shards * found["merge"]
            processor = work + shards * (found["start"] + found["task"]) + merging
            # Tasks are handed out one by one; on average the last shard begins when half a shard
            # is left to the others.
            wall = max((processor - merging) / cores, shards * found["task"])
            wall += merging + (each / 2 if cores > 1 else 0)
            wall += found["cluster"]
            row = [f"10^{exponent}", f"{cores:,}", f"{shards:,}", duration(each), duration(wall)]
            money = processor / 3_600 * price
            row += [duration(merging), duration(processor), f"{money:,.0f}" if money >= 1 else "<1"]
            yield f"| {' | '.join(row)} |"


def report(found, price):
    cores = os.cpu_count()
    yield f"Measured on a machine with {cores} cores by `python3 benches/scale.py --update`:"
    yield ""
    yield from measured(found)
    yield ""
    yield f"Worked out from it, at {price} USD for a core and hour:"
    yield ""
    yield from estimated(found, price)


def main():
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--update", action="store_true", help="write the tables into docs/scale.md")
    words.add_argument("--price", type=float, default=0.0425, help="USD for a core and hour")
    words.add_argument("--python", help="an interpreter that has the packages already")
    args = words.parse_args()
    run("cargo", "build", "--quiet", "--release", "--locked", "--bin", "poolproof", cwd=ROOT)
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    program = (target / "release" / "poolproof").resolve()
    with tempfile.TemporaryDirectory() as place:
        python = args.python
        if python is None:
            venv.create(Path(place) / "venv", with_pip=True)
            python = Path(place) / "venv" / "bin" / "python"
            pip = (python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
            run(*pip, "--require-hashes", "-r", ROOT / "cluster" / "requirements.txt")
        found = measure(program, place, python)
    print(json.dumps(found), file=sys.stderr)
    text = "\n".join(report(found, args.price)) + "\n"
    print(text, end="")
    if args.update:
        page = PAGE.read_text()
        marks = r"(<!-- measured -->\n).*(<!-- end of what was measured -->)"
        new, times = re.subn(marks, lambda m: f"{m[1]}\n{text}\n{m[2]}", page, flags=re.DOTALL)
        if times != 1:
            sys.exit(f"{PAGE} has not the two marks")
        PAGE.write_text(new)


if __name__ == "__main__":
    main()

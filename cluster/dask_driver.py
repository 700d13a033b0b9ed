"""Runs the shards of a poolproof manifest on Dask.distributed, one task per shard, and merges them.

Print it with `poolproof sweep driver --engine dask`. Python sees command lines, bytes and exit
codes only. A shard that is lost with its worker is run again, which does no harm: it gives the
same bytes. Shards that are there already are not run again, unless they are empty or cut off.

    dask_driver.py MANIFEST [--scheduler ADDRESS] [--out DIRECTORY] ... [-- OPTIONS OF MERGE]
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

from dask.distributed import Client, LocalCluster, as_completed

SHARD = b'{"schema":"poolproof/shard/'  # how every shard begins
RESULT_BYTES_MOST = 1 << 20  # a larger result goes through shared storage


def run_shard(program, manifest, shard, shared):
    """Runs on a worker. Returns the bytes of the shard, or None where they are on shared storage."""
    with tempfile.TemporaryDirectory() as scratch:
        path = pathlib.Path(scratch, "manifest.json")
        path.write_bytes(manifest)
        command = [program, "run-shard", str(path), str(shard), "--out", shared or scratch]
        run = subprocess.run([*command, "--threads", "1"], capture_output=True, text=True)
        if run.returncode != 0:
            raise RuntimeError(f"shard {shard}: exit code {run.returncode}: {run.stderr.strip()}")
        if shared:
            return None
        result = pathlib.Path(run.stdout.strip()).read_bytes()
        if len(result) > RESULT_BYTES_MOST:
            raise RuntimeError(f"shard {shard} has {len(result)} bytes: more shards, or --shared")
        return result


def is_whole(path):
    """Whether a shard was written to its end; what is in it is judged by merge."""
    try:
        with path.open("rb") as file:
            begins = file.read(len(SHARD))
            file.seek(-1, os.SEEK_END)
            return begins == SHARD and file.read() == b"\n"
    except OSError:
        return False


def shard_numbers(path, manifest):
    """The numbers of the shards of a manifest."""
    try:
        shards = [one["shard"] for one in json.loads(manifest)["shards"]]
        if all(type(shard) is int and shard >= 0 for shard in shards):
            return shards
        raise ValueError("a shard has no number")
    except (ValueError, KeyError, TypeError) as error:
        sys.exit(f"error: {path} is no manifest of poolproof: {error!r}")


def arguments(here):
    words = argparse.ArgumentParser(prog="dask_driver", description=__doc__.splitlines()[0])
    words.add_argument("manifest", type=pathlib.Path)
    words.add_argument("--scheduler", help="address of a scheduler; without it a local cluster")
    words.add_argument("--workers", type=int, default=2, help="size of the local cluster")
    words.add_argument("--out", type=pathlib.Path, default="shards", help="where shards are kept")
    words.add_argument("--shared", action="store_true", help="workers write to --out themselves")
    words.add_argument("--program", default=here, help="poolproof on the workers")
    words.add_argument("--retries", type=int, default=3, help="further tries of a failed shard")
    typed = sys.argv[1:]
    end = typed.index("--") if "--" in typed else len(typed)
    return words.parse_args(typed[:end]), typed[end + 1 :]


def main():
    here = os.environ.get("POOLPROOF", "poolproof")
    args, merge = arguments(here)
    try:
        manifest = args.manifest.read_bytes()
    except OSError as error:
        sys.exit(f"error: cannot read {args.manifest}: {error.strerror}")
    shards = shard_numbers(args.manifest, manifest)
    files = {shard: args.out / f"shard-{shard:05}.json" for shard in shards}
    args.out.mkdir(parents=True, exist_ok=True)
    surplus = set(args.out.glob("shard-*.json")) - set(files.values())
    if surplus:
        sys.exit(f"error: {min(surplus)} is not of this manifest; choose another --out")
    todo = [shard for shard in shards if not is_whole(files[shard])]
    shared = str(args.out.absolute()) if args.shared else None

    cluster = None
    if args.scheduler is None:
        cluster = LocalCluster(n_workers=args.workers, threads_per_worker=1, dashboard_address=None)
    with Client(args.scheduler or cluster) as client:
        # Keys of this run only, and not pure: Dask must not take an earlier result for this one.
        tasks = {
            client.submit(run_shard, args.program, manifest, shard, shared, retries=args.retries,
                          key=f"{args.manifest.name}-{os.getpid()}-{shard}", pure=False): shard
            for shard in todo
        }
        done = len(shards) - len(todo)
        for task in as_completed(tasks):
            shard = tasks[task]
            try:
                result = task.result()
            except Exception as error:
                client.cancel(list(tasks))
                sys.exit(f"error: {error}")
            if result is not None:
                part = files[shard].with_suffix(".part")
                part.write_bytes(result)
                part.replace(files[shard])
            done += 1
            print(f"{done} of {len(shards)} shards", file=sys.stderr, flush=True)
    if cluster is not None:
        cluster.close()

    # The directory: a command line does not hold the names of many shards.
    command = [here, "merge", str(args.manifest), str(args.out), *merge]
    return subprocess.run(command).returncode


if __name__ == "__main__":
    sys.exit(main())

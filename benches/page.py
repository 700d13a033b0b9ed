#!/usr/bin/env python3
"""How soon the page of `poolproof serve` answers a change, and what memory it takes.

    python3 benches/page.py [--update] [--program PATH]

Starts the server for the reference file and makes changes as the page does: it posts one and reads
the events of the answer, of the first to the end, of the others to 20,000 trials. Measures on the clock, from the request on: the first verdicts, the first figures, every
finer answer, and the result of the command. The half-width of the interval of the mean outage is
that of the result, for fewer trials wider by the root of their ratio. Prints Markdown; --update
writes it into docs/serve.md between its marks. Needs a machine with two idle cores, and
`cargo build --release`.
"""

import argparse
import http.client
import json
import os
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SCENARIO = "scenarios/lync-2013-lbw.toml"
PAGE = ROOT / "docs" / "serve.md"
CHANGES = [
    [["log_shipping.share", "DC2"]],
    [["log_shipping.backup_interval", "10min"]],
    [["mirroring.witness", "none"]],
    [["log_shipping.share", "third"]],
    [["log_shipping.backup_interval", "20min"]],
]
FINE = 20_000
BEGIN, END = "<!-- benches/page.py -->", "<!-- end -->"


class Server:
    def __init__(self, program):
        command = [program, "serve", "--port", "0", SCENARIO]
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        line = self.process.stdout.readline()
        self.port, self.home = re.search(r"http://127\.0\.0\.1:(\d+)(/\w+/)", line).groups()

    def request(self, verb, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", int(self.port))
        head = {"Content-Type": "application/json"} if body else {}
        connection.request(verb, self.home + path, body, head)
        return connection.getresponse()

    def ask(self, changes, to_the_end):
        """Seconds from the request to each answer, with the trials that it rests on."""
        begun = time.monotonic()
        question = {"changes": {"set": changes}, "before": {"set": []}}
        response = self.request("POST", "api/runs", json.dumps(question))
        run = json.load(response)["run"]
        events = self.request("GET", f"api/runs/{run}/events")
        found, name = [], ""
        for line in events:
            line = line.decode().rstrip("\n")
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: ") and name == "answer":
                answer = json.loads(line.removeprefix("data: "))
                took = time.monotonic() - begun
                figures = answer["answer"]["figures"]
                ran = re.match(r"[\d,]+", figures["ran"]) if figures else None
                trials = int(ran.group().replace(",", "")) if ran else 0
                found.append((answer["refinement"], trials, took))
                if trials >= FINE and not to_the_end:
                    self.request("DELETE", f"api/runs/{run}")
        return run, found

    def memory(self):
        """The most memory that it has had, in megabytes."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+) kB", status).group(1)) / 1_000

    def half_width(self, run):
        """Trials of a result, and the half-width of its mean outage as a part of it."""
        result = json.load(self.request("GET", f"api/runs/{run}/result.json"))
        simulation = result["simulation"]
        mean = simulation["mean_outage_ms_per_year"]
        width = (mean["high"] - mean["low"]) / 2 / mean["value"]
        return simulation["trials"], width


def measured(program):
    server = Server(program)
    try:
        times = {}
        # The first to the end comes last, so that its result is there.
        for changes in reversed(CHANGES):
            run, found = server.ask(changes, changes == CHANGES[0])
            last = {}
            for refinement, trials, took in found:
                # The first answer with so many trials.
                last.setdefault((refinement == "complete", trials), took)
            for key, took in last.items():
                times.setdefault(key, []).append(took)
        return times, server.half_width(run), server.memory()
    finally:
        server.process.kill()
        server.process.wait()


def lines(times, result, memory):
    trials, width = result
    yield (
        f"Measured on a machine with {os.cpu_count()} cores by `python3 benches/page.py --update`;\n"
        f"the median and the longest of {len(CHANGES)} changes of the reference file:"
    )
    yield ""
    yield "| after a change | median | longest | mean outage, 95 % interval |"
    yield "|---|---:|---:|---:|"
    for (complete, count), took in sorted(times.items()):
        what = f"{count:,} trials" if count else "the first verdicts"
        if complete:
            what = f"the result of the command, {count:,} trials"
        interval = "-" if count < 2_000 else f"± {width * (trials / count) ** 0.5:.1%}"
        yield (
            f"| {what} | {statistics.median(took):.2f} s | {max(took):.2f} s | "
            f"{interval.replace('%', ' %')} |"
        )
    needed = trials * (width / 0.02) ** 2
    yield ""
    yield (
        f"An interval of ± 2 % of the mean outage takes about {needed:,.0f} trials. "
        f"Memory: at most {memory:.0f} MB."
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--program", default=str(ROOT / "target" / "release" / "poolproof"))
    asked = parser.parse_args()
    text = "\n".join(lines(*measured(asked.program)))
    print(text)
    if asked.update:
        page = PAGE.read_text()
        before, rest = page.split(BEGIN)
        _, after = rest.split(END)
        PAGE.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}")


if __name__ == "__main__":
    sys.exit(main())

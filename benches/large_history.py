#!/usr/bin/env python3
"""Whether `fit` and `chain` read a million rows of history in under 5 s and 500 MB.

    cargo build --release && python3 benches/large_history.py [ROWS]

Writes made-up records into a directory that is deleted afterwards: runs of a job, backups, and a
mixture of event logs, mirroring states, incidents and rows that are broken. Prints the processor
time and the largest memory of each command as a table in Markdown; processor times count, because
what else runs on the machine can only add to the others. Ends with 1 where the promise is broken.
"""

import os
import sys
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

PROGRAM = Path(__file__).resolve().parent.parent / "target" / "release" / "poolproof"
SECONDS_MOST = 5.0
MEGABYTES_MOST = 500.0
BEGIN = datetime(2010, 1, 1)


def stamp(seconds):
    return (BEGIN + timedelta(seconds=seconds)).strftime("%Y-%m-%d %H:%M:%S")


def manifest(directory, files, head=""):
    """Writes files with their kinds and servers, and names them."""
    text = head + "".join(
        f"[[server]]\nrole = '{role}'\nname = 'SQL-{role}'\n" for role in ("A", "B", "W")
    )
    for name, kind, server, rows in files:
        with open(directory / name, "w", encoding="utf-8") as file:
            file.writelines(f"{row}\n" for row in rows)
        of = f"server = 'SQL-{server}'" if server else "from = 2010-01-01\nto = 2040-01-01"
        text += f"[[file]]\npath = '{name}'\nkind = '{kind}'\n{of}\n"
    (directory / "records.toml").write_text(text, encoding="utf-8")


def runs(count):
    yield "agent_id,agent_type,session_id,session_status,database_name,log_time_utc,message"
    for session in range(count // 3):
        start = session * 300
        for status, at in ((0, start), (1, start), (2, start + 4 + session % 7)):
            yield f"6F0C,0,{session},{status},mgc,{stamp(at)}Z,Transaction log backup."


def backups(count):
    yield (
        "server_name,database_name,type,first_lsn,last_lsn,backup_start_date,"
        "backup_finish_date,backup_size,is_copy_only,physical_device_name,user_name,"
        "last_recovery_fork_guid"
    )
    for number in range(count):
        at, lsn = number * 300, 2_200_000_000_000_000_000 + number * 1_000
        yield (
            f"SQL-A,mgc,L,{lsn},{lsn + 1_000},{stamp(at)},{stamp(at + 4)},1482752,0,"
            f"\\\\fs1\\ls\\mgc_{number}.trn,CORP\\agent,3D1F2C6A-0001-4000-8000-000000000001"
        )


def events(count):
    yield "log,provider,id,service,time_utc"
    for number in range(count // 3):
        at = number * 3_600
        yield f"System,EventLog,6008,,{stamp(at)}Z"
        yield f"System,EventLog,6005,,{stamp(at + 1)}Z"
        yield f"Application,MSSQLSERVER,17126,,{stamp(at + 30)}Z"


def states(count):
    yield "database_name,start_time,state,state_before"
    for number in range(count // 3):
        at = number * 3_600 + 3_500
        # Each synchronisation takes another time.
        for state, after in ((6, 0), (11, 20), (1, 30 + number * 7_919 % 61)):
            yield f"mgc,{stamp(at + after)},{state},0"


def incidents(count):
    yield "component,mode,start,end,planned,noticed"
    for number in range(count):
        at = number * 600
        yield f"inter-site-link,,{stamp(at)}Z,{stamp(at + 1 + number * 7_919 % 500)}Z,no,"


def broken(count):
    yield "log,provider,id,service,time_utc"
    for number in range(count):
        yield f"System,EventLog,x{number},,2016"


def measured(command, directory):
    """Processor seconds and megabytes of a command."""
    null = os.open(os.devnull, os.O_WRONLY)
    actions = [(os.POSIX_SPAWN_DUP2, null, 1), (os.POSIX_SPAWN_DUP2, null, 2)]
    words = [str(PROGRAM), command, str(directory)]
    process = os.posix_spawn(PROGRAM, words, os.environ, file_actions=actions)
    _, status, used = os.wait4(process, 0)
    os.close(null)
    # `chain` ends with 1 where the chain is broken.
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        sys.exit(f"{command} failed")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1_000


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    quarter = count // 4
    folders = "folders = ['\\\\fs1\\ls']\n"
    sets = [
        ("runs of jobs", "", [("runs.csv", "log-shipping-history", "A", runs(count))]),
        ("backups", folders, [("backups.csv", "backup-history", "A", backups(count))]),
        (
            "event logs, mirroring states, incidents and broken rows",
            "",
            [
                ("events.csv", "service-events", "A", events(quarter)),
                ("states.csv", "mirroring-states", "B", states(quarter)),
                ("incidents.csv", "incidents", None, incidents(quarter)),
                ("broken.csv", "service-events", "W", broken(quarter)),
            ],
        ),
    ]
    print(f"| {count:,} rows of | `fit` | `chain` |\n|---|---|---|")
    is_kept = True
    for name, head, files in sets:
        with tempfile.TemporaryDirectory() as directory:
            manifest(Path(directory), files, head)
            size = sum(file.stat().st_size for file in Path(directory).iterdir()) / 1e6
            found = [measured(command, directory) for command in ("fit", "chain")]
        cells = " | ".join(f"{seconds:.1f} s, {memory:.0f} MB" for seconds, memory in found)
        print(f"| {name} ({size:.0f} MB) | {cells} |")
        within = all(s < SECONDS_MOST and m < MEGABYTES_MOST for s, m in found)
        is_kept = is_kept and within
    return 0 if is_kept else 1


if __name__ == "__main__":
    sys.exit(main())

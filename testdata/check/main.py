"""Holds testdata/amagasaki against other people's readers. See check-with-others.sh."""

import csv
import datetime
import pathlib
import re
import sys
import tempfile
import tomllib

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import event_logs
import registry

CASE = pathlib.Path(__file__).parent.parent / "amagasaki"
EPOCH = datetime.datetime(1601, 1, 1)
LOCAL = 9 * 3600  # Japan keeps no daylight saving time.
DAYS = {"2022-06-21", "2022-06-24"}

differences = []
checks = 0


def check(good, says):
    global checks
    checks += 1
    if not good:
        differences.append(says)


def utc_second(local):
    return int((datetime.datetime.fromisoformat(local) - EPOCH).total_seconds()) - LOCAL


def local_text(second):
    return (EPOCH + datetime.timedelta(seconds=second + LOCAL)).isoformat()


def main():
    case = tomllib.loads((CASE / "case.toml").read_text())
    serials = {device["label"]: device["serial"] for device in case["device"]}
    with open(CASE / "expected-events.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    machines = sorted(path.name for path in (CASE / "evidence").iterdir() if path.is_dir())

    hive_readers, hive_missing = registry.readers()
    log_readers, log_missing = event_logs.readers()
    for name in hive_missing + log_missing:
        print(f"missing, so skipped: {name}")

    figures = []
    for machine in machines:
        drive = CASE / "evidence" / machine / "C"
        mine = [row for row in rows if row["machine"] == machine]
        hives(machine, drive, mine, serials, hive_readers, figures)
        logs(machine, drive, mine, serials, log_readers, figures)
        setup_log(machine, drive, mine, serials)
    no_trace(serials["012"], CASE / "evidence" / "dev-notebook")
    no_trace(serials["013"], CASE / "evidence" / "dev-notebook")
    login_logs(rows)

    for line in figures:
        print(line)
    for line in differences:
        print(f"DIFFERS {line}")
    used = sorted(hive_readers) + sorted(log_readers)
    print(f"{checks} checks with {', '.join(used)}: {len(differences)} differences")
    return 1 if differences or not used else 0


def hives(machine, drive, rows, serials, readers, figures):
    config = drive / "Windows/System32/config"
    with tempfile.TemporaryDirectory() as folder:
        whole = str(config / "SYSTEM")
        dirty = registry.is_dirty(whole)
        check(dirty == (machine == "call-centre-server"), f"{machine}: SYSTEM is {'dirty' if dirty else 'clean'}")
        if dirty:
            behind = whole
            whole = f"{folder}/SYSTEM"
            if not registry.replay(behind, whole):
                print(f"{machine}: the hive is dirty and regipy is missing: not checked")
                return
            for name, read in readers.items():
                found, _ = read(behind)
                removed = [at for (place, what), at in found.items() if serials["012"] in place and what == "0067"]
                check(not removed, f"{machine}: {name} finds the removal of 012 in the primary file")
        counts = {}
        for name, read in readers.items():
            found, counts[name] = read(whole)
            expect_properties(f"{machine}: {name}", found, rows, serials)
        say(machine, "SYSTEM" + (" with its logs" if dirty else ""), "keys", counts, figures)
    others = [config / "SOFTWARE", *sorted(drive.glob("Users/*/NTUSER.DAT"))]
    for path in others:
        counts = {name: read(str(path))[1] for name, read in readers.items()}
        say(machine, path.name, "keys", counts, figures)


def say(machine, what, unit, counts, figures):
    check(len(set(counts.values())) <= 1, f"{machine}: {what}: {unit} {counts}")
    if counts:
        figures.append(f"{machine}: {what}: {next(iter(counts.values()))} {unit} by {len(counts)} readers")


def expect_properties(who, found, rows, serials):
    """Each row from the registry, and no other moment of a stick on the days of the table."""
    wanted = {
        "connected": ["0066"],
        "connected-first-time": ["0064", "0065", "0066"],
        "removed": ["0067"],
    }
    allowed = set()
    for row in rows:
        if not row["source"].startswith("registry"):
            continue
        serial, at = serials[row["device"]], utc_second(row["recorded_local"])
        for what in wanted[row["action"]]:
            for bus in ("USB\\", "USBSTOR\\"):
                times = [t for (place, w), t in found.items() if place.startswith(bus) and serial in place and w == what]
                check(times == [at], f"{who}: {what} of {row['device']} below {bus[:-1]} is {times}, not {at}")
            allowed.add((serial, what, at))
    for (place, what), at in found.items():
        for serial in serials.values():
            if serial in place and local_text(at)[:10] in DAYS:
                check((serial, what, at) in allowed, f"{who}: {place} {what} says {local_text(at)}")


def logs(machine, drive, rows, serials, readers, figures):
    for path in sorted(drive.glob("Windows/System32/winevt/Logs/*.evtx")):
        counts, seen = {}, {}
        for name, read in readers.items():
            counts[name], seen[name] = read(str(path))
        say(machine, path.name, "records", counts, figures)
        if "Partition" not in path.name:
            continue
        for name, events in seen.items():
            of_days = [
                (serial, at, capacity)
                for at, parent, capacity in events
                for serial in serials.values()
                if serial in parent and local_text(at)[:10] in DAYS
            ]
            wanted = [
                (serials[row["device"]], utc_second(row["recorded_local"]))
                for row in rows
                if row["source"] == "event-log"
            ]
            got = [(serial, at) for serial, at, capacity in of_days if capacity > 0]
            check(got == wanted, f"{machine}: {name}: arrivals {got}, not {wanted}")
            gone = [at for _, at, capacity in of_days if capacity == 0]
            check(not gone, f"{machine}: {name}: removals {gone}")


def setup_log(machine, drive, rows, serials):
    text = (drive / "Windows/INF/setupapi.dev.log").read_text()
    sections = re.findall(r">>>  \[(.*)\]\n>>>  Section start (\d+)/(\d+)/(\d+) (\d+:\d+:\d+)", text)
    for label, serial in serials.items():
        starts = {f"{y}-{m}-{d}T{at}" for title, y, m, d, at in sections if serial in title}
        of_days = {at for at in starts if at[:10] in DAYS}
        wanted = {r["recorded_local"] for r in rows if r["device"] == label and "setup-log" in r["source"]}
        check(of_days == wanted, f"{machine}: setup log: sections of {label} at {of_days}, not {wanted}")


def no_trace(serial, folder):
    needles = [serial.encode(), serial.encode("utf-16-le")]
    for path in folder.rglob("*"):
        if path.is_file():
            data = path.read_bytes().upper()
            check(not any(needle.upper() in data for needle in needles), f"{path} holds {serial}")


def login_logs(rows):
    for device in ("012", "013"):
        text = (CASE / "evidence" / f"{device}.txt").read_text()
        records = re.findall(
            r"\[wIndex = (\d+)\]\nDate = (.*)\nTime = (.*)\nPCName = .*\nUserName = .*\nMac = .*\nLogFunc = (\d)\n",
            text,
        )
        numbers = [int(number) for number, *_ in records]
        check(numbers == list(range(numbers[0], numbers[0] + len(numbers))), f"{device}: numbers jump")
        got = {
            (int(number), f"{day.replace('/', '-')}T{time}", "login-succeeded" if how == "1" else "login-failed")
            for number, day, time, how in records
            if day >= "2022/06/21"
        }
        wanted = {
            (int(row["note"].split()[-1]), row["recorded_local"], row["action"])
            for row in rows
            if row["device"] == device and row["source"] == "vendor-log"
        }
        check(got == wanted, f"{device}: login records {got ^ wanted}")


sys.exit(main())

#!/usr/bin/env python3
"""Asks other readers what stands in written event logs, and compares with what was written.

usage: event_logs.py FOLDER [reader ...]

FOLDER holds pairs NAME.evtx and NAME.json (a list of records, as ExpectedRecord of
kusari-fixtures writes them; `cargo run -p kusari-fixtures --example write_event_logs -- FOLDER`).
Readers: python-evtx, evtx (both from PyPI, in this Python), evtxexport (libevtx, in PATH).
Without a reader named, all that are installed are asked. Every field of every record is compared.
Exit status 0 when all agree, 1 when something differs, 2 when no reader is installed.
"""

import base64
import json
import pathlib
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET

EVENT = "{http://schemas.microsoft.com/win/2004/08/events/event}"


def local(tag):
    return tag.rsplit("}", 1)[-1]


def with_python_evtx(path):
    from Evtx.Evtx import Evtx

    with Evtx(str(path)) as log:
        # Its plain iterator stops where a stale header of a dirty log says that the log ends.
        for chunk in log.get_file_header().chunks(include_inactive=True):
            if chunk.check_magic():
                for record in chunk.records():
                    yield record.record_num(), record.xml()


def with_evtx(path):
    import evtx

    for record in evtx.PyEvtxParser(str(path)).records():
        yield record["event_record_id"], record["data"]


def with_evtxexport(path):
    out = subprocess.run(
        ["evtxexport", "-f", "xml", str(path)], capture_output=True, check=True
    ).stdout.decode("utf-8")
    for text in re.findall(r"<Event .*?</Event>", out, re.S):
        # It does not escape what stands in an attribute.
        yield None, re.sub(r"&(?!\w+;|#)", "&amp;", text)


def installed():
    readers = {}
    try:
        import Evtx.Evtx  # noqa: F401

        readers["python-evtx"] = with_python_evtx
    except ImportError:
        pass
    try:
        import evtx  # noqa: F401

        readers["evtx"] = with_evtx
    except ImportError:
        pass
    if shutil.which("evtxexport"):
        readers["evtxexport"] = with_evtxexport
    return readers


def ticks(text):
    """The 100 ns intervals since 1601, and how many decimals the reader shows."""
    match = re.fullmatch(
        r"(\d+)-(\d+)-(\d+)[T ](\d+):(\d+):(\d+)(?:\.(\d+))?(?:Z|\+00:00| UTC)?", text
    )
    if not match:
        return None
    import datetime

    parts = [int(part) for part in match.groups()[:6]]
    since = datetime.datetime(*parts) - datetime.datetime(1601, 1, 1)
    fraction = (match[7] or "")[:7]
    seconds = since.days * 86400 + since.seconds
    return seconds * 10_000_000 + int(fraction.ljust(7, "0")), len(fraction)


def same_time(expected, text):
    got = ticks(text)
    if got is None:
        return False
    value, decimals = got
    unit = 10 ** (7 - decimals)
    # A reader that shows fewer decimals cuts them off, rounds them, or (python-evtx, which goes
    # through floating point) is off by one more.
    return abs(value - expected) < 2 * unit if unit > 1 else value == expected


def same(kind, expected, got, reader=None):
    got = got or ""
    if kind == "null":
        return got.strip() == ""
    if kind == "text":
        if expected == "":
            # Some readers put the white space of their indentation into an empty element.
            return got.strip() == ""
        return expected.replace("\r\n", "\n") == got.replace("\r\n", "\n")
    if kind == "number" and reader == "evtxexport" and expected.startswith("-"):
        # It takes negative numbers for a sign and a magnitude (seen on real logs too, where
        # others read -1): -1 in 32 bits comes out as -2147483647.
        return int(got) in [-((1 << bits - 1) + int(expected)) for bits in (8, 16, 32, 64)]
    if kind == "number" or kind == "sid":
        return expected == got
    if kind == "hex":
        return got.startswith("0x") and int(expected, 16) == int(got, 16)
    if kind == "boolean":
        return expected == got.lower()
    if kind == "guid":
        return expected.strip("{}").lower() == got.strip("{}").lower()
    if kind == "time":
        return same_time(int(expected), got)
    if kind == "binary":
        if got.upper() == expected:
            return True
        try:
            return base64.b64decode(got, validate=False).hex().upper() == expected
        except ValueError:
            return False
    raise ValueError(kind)


def flatten(element, path, out):
    for name, value in element.attrib.items():
        out.append((f"{path}/@{name}", value))
    if len(element) == 0:
        # An element that only holds other elements has no value of its own.
        out.append((path, element.text))
    for inner in element:
        flatten(inner, f"{path}/{local(inner.tag)}", out)


def values(event):
    data = event.find(f"{EVENT}EventData")
    out = []
    if data is not None:
        for element in data:
            name = element.get("Name")
            if local(element.tag) == "Binary":
                name = "Binary"
            text = element.text or ""
            # python-evtx shows an array of strings as one text with tags of its own.
            strings = re.findall(r"<string>(.*?)</string>", text, re.S)
            if name is None and strings:
                out += [("", one) for one in strings]
            else:
                out.append((name or "", text))
        return out
    user = event.find(f"{EVENT}UserData")
    if user is not None and len(user):
        flatten(user[0], local(user[0].tag), out)
    return out


def compare(expected, number, xml, reader):
    """What differs between an expected record and what a reader says."""
    event = ET.fromstring(xml)
    system = event.find(f"{EVENT}System")

    def text(name):
        found = system.find(f"{EVENT}{name}")
        return None if found is None else found.text

    def attribute(name, key):
        found = system.find(f"{EVENT}{name}")
        value = None if found is None else found.get(key)
        return value or None

    checks = [
        ("provider", "text", attribute("Provider", "Name")),
        ("provider_guid", "guid", attribute("Provider", "Guid")),
        ("event_id", "number", text("EventID")),
        ("qualifiers", "number", attribute("EventID", "Qualifiers")),
        ("version", "number", text("Version")),
        ("level", "number", text("Level")),
        ("task", "number", text("Task")),
        ("opcode", "number", text("Opcode")),
        ("keywords", "hex", text("Keywords")),
        ("created", "time", attribute("TimeCreated", "SystemTime")),
        ("record", "number", text("EventRecordID")),
        ("activity", "guid", attribute("Correlation", "ActivityID")),
        ("process_id", "number", attribute("Execution", "ProcessID")),
        ("thread_id", "number", attribute("Execution", "ThreadID")),
        ("channel", "text", text("Channel")),
        ("computer", "text", text("Computer")),
        ("user_sid", "sid", attribute("Security", "UserID")),
    ]
    if number is not None and number != expected["record"]:
        yield f"record header says {number}"
    for key, kind, got in checks:
        want = expected[key]
        if want is None:
            if got is not None:
                yield f"{key}: nothing expected, {got!r} found"
        elif not same(kind, str(want), got):
            yield f"{key}: {want!r} expected, {got!r} found"
    wanted, got = expected["data"], values(event)
    if not any(name == "" for name, _, _ in wanted):
        # A null value leaves out the one `Data` element that depends on it; some readers show
        # the element all the same, empty.
        got = [(name, have) for name, have in got if name or (have or "").strip()]
    if reader == "evtxexport":
        # It leaves out an element whose only value is null.
        wanted = [one for one in wanted if one[1] != "null"]
    if [name for name, _, _ in wanted] != [name for name, _ in got]:
        yield f"names: {[n for n, _, _ in wanted]} expected, {[n for n, _ in got]} found"
        return
    for (name, kind, want), (_, have) in zip(wanted, got):
        if not same(kind, want, have, reader):
            yield f"{name}: {kind} {want!r} expected, {have!r} found"


def main():
    if len(sys.argv) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    readers = installed()
    if len(sys.argv) > 2:
        readers = {name: readers[name] for name in sys.argv[2:]}
    if not readers:
        print("no reader is installed", file=sys.stderr)
        return 2
    bad = 0
    for path in sorted(pathlib.Path(sys.argv[1]).glob("*.evtx")):
        expected = {
            record["record"]: record
            for record in json.loads(path.with_suffix(".json").read_text("utf-8"))
        }
        fields = sum(17 + len(record["data"]) for record in expected.values())
        for name, reader in readers.items():
            seen, differences = set(), []
            try:
                for number, xml in reader(path):
                    found = re.search(r"<EventRecordID[^>]*>(\d+)<", xml)
                    key = int(found[1])
                    if key in seen or key not in expected:
                        differences.append(f"record {key}: not expected")
                        continue
                    seen.add(key)
                    differences += [
                        f"record {key}: {line}" for line in compare(expected[key], number, xml, name)
                    ]
            except Exception as error:  # a reader that gives up is a difference too
                differences.append(f"gave up: {type(error).__name__}: {error}")
            missing = sorted(set(expected) - seen)
            if missing:
                differences.append(f"missing {len(missing)}, first {missing[0]}")
            print(
                f"{path.name:24} {name:12} {len(seen):5} of {len(expected):5} records, "
                f"{fields:6} fields, {len(differences)} differences"
            )
            for line in differences[:10]:
                print(f"    {line}")
            bad += len(differences)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())

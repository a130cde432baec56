#!/usr/bin/env python3
"""Compares Kusari's event log reader with python-evtx, evtx (PyPI) and libevtx.

    event_log_compare.py DUMP LOG...

DUMP is the built example `event_log_dump`. Needs the Python packages python-evtx and evtx, and
libevtx's `evtxexport`. For each log and reader: how many records, how many of them agree in every
field that both have, and what differs.
"""
import datetime
import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ET

EPOCH = datetime.datetime(1601, 1, 1)


def strip(tag):
    return tag.rsplit("}", 1)[-1]


def ticks(text):
    """A UTC time as text, in 100 ns since 1601, and how many decimals it has."""
    found = re.match(r"(\d+)-(\d+)-(\d+)[T ](\d+):(\d+):(\d+)(?:\.(\d+))?", text)
    if not found:
        return None
    *parts, decimals = found.groups()
    whole = datetime.datetime(*map(int, parts)) - EPOCH
    fraction = (decimals or "")[:7]
    return (whole.days * 86400 + whole.seconds) * 10**7 + int(fraction.ljust(7, "0")), len(fraction)


def leaves(element, path=""):
    children = list(element)
    for name, value in element.attrib.items():
        if strip(name) != "Name" or strip(element.tag) not in ("Data", "EventData"):
            yield f"{path}/@{strip(name)}", value
    if children:
        for child in children:
            yield from leaves(child, f"{path}/{strip(child.tag)}")
    elif strip(element.tag) == "Data":
        yield "Data:" + element.attrib.get("Name", ""), element.text or ""
    else:
        yield path, element.text or ""


def parse(xml):
    root = ET.fromstring(xml)
    system, data = {}, []
    for part in root:
        if strip(part.tag) == "System":
            system = dict(leaves(part))
            continue
        for path, text in leaves(part):
            if path.startswith("Data:"):
                name = path[5:]
            else:
                name = path.lstrip("/")
                if strip(part.tag) not in ("EventData", "UserData"):
                    name = f"{strip(part.tag)}/{name}".rstrip("/")
            if text.strip():
                data.append((name, text))
    return system, data


def says(value, text):
    (kind, own), = value.items()
    if kind == "text":
        if own.startswith("{"):
            return own.upper().strip("{}") == text.upper().strip("{}")
        # XML readers normalise line ends, and characters that XML cannot hold are replaced.
        plain = lambda t: re.sub(r"[\s\x00-\x1f\ufffd\ufffe\uffff]+", " ", t).strip()
        return plain(own) == plain(text)
    if kind == "number":
        if own == 0 and text.startswith("1601-01-01"):
            return True
        try:
            return own == int(text, 16 if text.lower().startswith("0x") else 10)
        except ValueError:
            return False
    if kind == "boolean":
        return str(own).lower() == text.lower()
    if kind == "float":
        return own == float(text)
    if kind == "ticks":
        theirs = ticks(text)
        if theirs is None:
            return False
        # python-evtx computes with floating point numbers and is off by up to 3 microseconds.
        return abs(own - theirs[0]) <= (0 if theirs[1] == 7 else 30)
    if kind == "hex":
        if own == re.sub(r"\s", "", text).upper():
            return True
        import base64
        try:
            return base64.b64decode(text, validate=True).hex().upper() == own
        except ValueError:
            return False
    return kind == "empty" and not text


def flat(event):
    for name, value in event["data"]:
        for item in value["list"] if "list" in value else [value]:
            (kind, own), = item.items()
            if kind != "empty" and not (kind in ("text", "hex") and not str(own).strip()):
                yield name, item


def differences(event, system, data):
    checks = {
        "/Provider/@Name": {"text": event["provider"]},
        "/EventID": {"number": event["event_id"]},
        "/Channel": {"text": event["channel"]},
        "/Computer": {"text": event["computer"]},
        "/TimeCreated/@SystemTime": {"ticks": event["created"]},
    }
    for key, kind in (("version", "/Version"), ("task", "/Task"), ("keywords", "/Keywords"),
                      ("process", "/Execution/@ProcessID")):
        if event[key] is not None and system.get(kind):
            checks[kind] = {"number": event[key]}
    if event["user"]:
        checks["/Security/@UserID"] = {"text": event["user"]}
    for path, value in checks.items():
        if not says(value, system.get(path) or ""):
            yield path, value, system.get(path)
    own = list(flat(event))
    if len(own) != len(data):
        yield "number of values", len(own), len(data)
        return
    for (name, value), (their_name, text) in zip(own, data):
        if name != their_name:
            yield "name", name, their_name
        elif not says(value, text):
            yield name, value, text


def python_evtx(path):
    import Evtx.Evtx
    with Evtx.Evtx.Evtx(path) as log:
        for chunk in log.chunks():
            for record in chunk.records():
                try:
                    yield record.record_num(), record.xml()
                except Exception as error:
                    yield None, f"{type(error).__name__}: {error}"


def evtx_pypi(path):
    import evtx
    records = iter(evtx.PyEvtxParser(path).records())
    while True:
        try:
            record = next(records)
            yield record["event_record_id"], record["data"]
        except StopIteration:
            return
        except Exception as error:
            yield None, f"{type(error).__name__}: {error}"


def libevtx(path):
    text = subprocess.run(["evtxexport", "-f", "xml", path], capture_output=True).stdout
    text = text.decode("utf-8", "replace")
    for xml in re.findall(r"<Event[ >].*?</Event>\s*\n\n", text, re.S):
        yield "order", xml


def compare(reader, path, events):
    by_number = {event["record"]: event for event in events}
    in_order = iter(events)
    count = agree = failed = 0
    said = []
    for number, xml in reader(path):
        if number is None:
            failed += 1
            said.append(("cannot read", xml, ""))
            continue
        count += 1
        try:
            system, data = parse(xml.encode())
        except ET.ParseError as error:
            said.append((number, "not well-formed", str(error)))
            next(in_order, None)
            continue
        event = next(in_order, None) if number == "order" else by_number.get(number)
        if event is None:
            said.append((number, "not among ours", ""))
            continue
        wrong = list(differences(event, system, data))
        agree += not wrong
        said += [(event["record"], *one) for one in wrong]
    return count, agree, failed, said


def main():
    dump, *paths = sys.argv[1:]
    total = {}
    for path in paths:
        lines = subprocess.run([dump, path], capture_output=True, check=True).stdout.splitlines()
        events = [json.loads(line) for line in lines]
        print(f"{path.split('/')[-1]}: {len(events)} records")
        for reader in (python_evtx, evtx_pypi, libevtx):
            count, agree, failed, said = compare(reader, path, events)
            print(f"  {reader.__name__}: {count} read, {agree} agree, {failed} not read")
            for one in said[:6]:
                print("     ", *(str(part)[:160] for part in one), sep=" | ")
            sums = total.setdefault(reader.__name__, [0, 0, 0, 0])
            for index, value in enumerate((len(events), count, agree, failed)):
                sums[index] += value
    for name, (ours, count, agree, failed) in total.items():
        print(f"{name}: of our {ours} records {count} read, {agree} agree, {failed} not read")


if __name__ == "__main__":
    main()

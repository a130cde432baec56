"""Readers of event logs: each gives the number of records and the events 1006 as
(second since 1601, parent, capacity)."""

import datetime
import json
import re
import shutil

from registry import interpreter, run

EPOCH = datetime.datetime(1601, 1, 1)

PYTHON_EVTX = """
import json, sys
import Evtx.Evtx as evtx
from Evtx.Views import evtx_file_xml_view
records, found = 0, []
with evtx.Evtx(sys.argv[1]) as log:
    for record in log.records():
        records += 1
        xml = record.xml()
        if '>1006</EventID>' in xml:
            found.append([record.record_num(), xml])
print(json.dumps([records, found]))
"""

EVTX = """
import json, sys
from evtx import PyEvtxParser
records, found = 0, []
for record in PyEvtxParser(sys.argv[1]).records():
    records += 1
    if '>1006</EventID>' in record['data']:
        found.append([record['event_record_id'], record['data']])
print(json.dumps([records, found]))
"""


def second(text):
    moment = datetime.datetime.fromisoformat(text.replace("T", " ").rstrip("Z")[:19])
    return int((moment - EPOCH).total_seconds())


def of_xml(xml):
    at = re.search(r'SystemTime="([^"]+)"', xml)[1]
    parent = re.search(r'Name="ParentId">([^<]*)<', xml)[1].replace("&amp;", "&")
    capacity = int(re.search(r'Name="Capacity">(\d+)<', xml)[1])
    return second(at), parent, capacity


def with_script(python, script):
    def read(path):
        records, found = json.loads(run(python, "-W", "ignore", "-c", script, path).splitlines()[-1])
        return records, sorted(of_xml(xml) for _, xml in found)

    return read


def evtx_dump(path):
    # Each event is preceded by a line `Record N`.
    events = re.split(r"^Record \d+$", run("evtx_dump", path), flags=re.M)[1:]
    return len(events), sorted(of_xml(xml) for xml in events if ">1006</EventID>" in xml)


def evtxexport(path):
    events = run("evtxexport", path).split("Event number\t\t\t: ")[1:]
    found = []
    for event in events:
        if "(1006)" not in event:
            continue
        at = re.search(r"Written time\t\t\t: (\w+ \d+, \d+ \d+:\d+:\d+)", event)[1]
        moment = datetime.datetime.strptime(at, "%b %d, %Y %H:%M:%S")
        strings = dict(re.findall(r"String: (\d+)\t\t\t: (.*)", event))
        strings.update(re.findall(r"String: (\d+)\t\t: (.*)", event))
        found.append((int((moment - EPOCH).total_seconds()), strings["16"], int(strings["9"])))
    return len(events), sorted(found)


def readers():
    here, missing = {}, []
    for name, variable, package, script in [
        ("python-evtx", "PYTHON_EVTX_PYTHON", "Evtx", PYTHON_EVTX),
        ("evtx (PyPI)", "EVTX_PYTHON", "evtx", EVTX),
    ]:
        python = interpreter(variable, package)
        if python:
            here[name] = with_script(python, script)
        else:
            missing.append(name)
    for name, read in [("evtx_dump", evtx_dump), ("evtxexport", evtxexport)]:
        if shutil.which(name):
            here[name] = read
        else:
            missing.append(name)
    return here, missing

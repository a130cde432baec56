"""Readers of registry hives: each gives {(instance, property): FILETIME} and the number of keys."""

import base64
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

DATES = "{83da6326-97a6-4088-9453-a1923f573b29}"
PATH = re.compile(
    r"ControlSet001\\Enum\\(.+?)\\Properties\\" + re.escape(DATES) + r"\\(006[4-7])$", re.I
)

REGIPY = """
import json, sys
from regipy.registry import RegistryHive
hive = RegistryHive(sys.argv[1])
keys, found = 0, []
def walk(key, path):
    global keys
    keys += 1
    if '\\\\Properties\\\\{83da' in path and key.name[:3] == '006':
        for value in key.iter_values(as_json=False, trim_values=False):
            found.append([path, (value.value - __import__('datetime').datetime(1601, 1, 1, tzinfo=value.value.tzinfo)).total_seconds()])
    for child in key.iter_subkeys():
        walk(child, path + '\\\\' + child.name)
walk(hive.root, '')
print(json.dumps([keys, found]))
"""

REPLAY = """
import sys
from regipy.recovery import apply_transaction_logs
apply_transaction_logs(sys.argv[1], sys.argv[2], sys.argv[3], restored_hive_path=sys.argv[4], verbose=False)
"""

PYTHON_REGISTRY = """
import json, struct, sys
from Registry import Registry
keys, found = 0, []
def walk(key, path):
    global keys
    keys += 1
    if '\\\\Properties\\\\{83da' in path and key.name()[:3] == '006':
        for value in key.values():
            found.append([path, struct.unpack('<Q', value.raw_data()[:8])[0] / 1e7])
    for child in key.subkeys():
        walk(child, path + '\\\\' + child.name())
walk(Registry.Registry(sys.argv[1]).root(), '')
print(json.dumps([keys, found]))
"""


def interpreter(variable, package):
    python = os.environ.get(variable, "python3")
    test = subprocess.run([python, "-c", f"import {package}"], capture_output=True)
    return python if test.returncode == 0 else None


def run(*command):
    """What a reader writes; its remarks about values that it does not know are of no interest."""
    done = subprocess.run(command, capture_output=True)
    if done.returncode != 0:
        sys.exit(f"{command[0]} failed:\n{done.stderr.decode(errors='replace')[-2000:]}")
    return done.stdout.decode(errors="replace")


def seconds(data):
    return struct.unpack("<Q", data[:8])[0] // 10_000_000


def keep(found, path, second):
    match = PATH.search(path)
    if match:
        found[(match[1].upper(), match[2])] = second


def with_script(python, script):
    def read(path):
        keys, times = json.loads(run(python, "-W", "ignore", "-c", script, path).splitlines()[-1])
        found = {}
        for place, second in times:
            keep(found, place, int(second))
        return found, keys

    return read


def hivexml(path):
    found, keys = {}, 0

    def walk(node, place):
        nonlocal keys
        keys += 1
        for child in node:
            if child.tag == "node":
                walk(child, f"{place}\\{child.get('name')}")
            elif child.tag == "value" and child.get("encoding") == "base64" and place[-4:-1] == "006":
                keep(found, place, seconds(base64.b64decode(child.get("value"))))

    walk(ElementTree.fromstring(run("hivexml", path)).find("node"), "")
    return found, keys


def reglookup(path):
    found, keys = {}, 0
    for line in run("reglookup", path).splitlines():
        fields = line.split(",")
        if len(fields) > 3 and fields[1] == "KEY":
            keys += 1
        if len(fields) > 3 and fields[1] == "0xFFFF0010":
            data = re.sub(rb"%([0-9A-F]{2})", lambda m: bytes([int(m[1], 16)]), fields[2].encode("latin-1"))
            keep(found, fields[0].rstrip("/").replace("/", "\\"), seconds(data))
    return found, keys


def regfexport(path):
    found, keys, place = {}, 0, ""
    for line in run("regfexport", path).splitlines():
        if line.startswith("Key path: "):
            keys += 1
            place = line[10:]
        elif line.startswith("00000000: ") and place[-4:-1] == "006":
            keep(found, place, seconds(bytes.fromhex(line[10:34])))
    return found, keys


def readers():
    """The readers that are here, and the names of those that are not."""
    here, missing = {}, []
    for name, variable, package, script in [
        ("regipy", "REGIPY_PYTHON", "regipy", REGIPY),
        ("python-registry", "PYTHON_REGISTRY_PYTHON", "Registry", PYTHON_REGISTRY),
    ]:
        python = interpreter(variable, package)
        if python:
            here[name] = with_script(python, script)
        else:
            missing.append(name)
    for name, read in [("hivexml", hivexml), ("reglookup", reglookup), ("regfexport", regfexport)]:
        if shutil.which(name):
            here[name] = read
        else:
            missing.append(name)
    return here, missing


def is_dirty(hive):
    with open(hive, "rb") as file:
        header = file.read(12)
    return header[4:8] != header[8:12]


def replay(hive, to):
    """Applies a hive's logs with regipy; whether that could be done."""
    python = interpreter("REGIPY_PYTHON", "regipy")
    if not python:
        return False
    run(python, "-W", "ignore", "-c", REPLAY, hive, hive + ".LOG1", hive + ".LOG2", to)
    # regipy leaves the header's old sum, which hivex refuses.
    with open(to, "r+b") as file:
        total = 0
        for word in struct.unpack("<127I", file.read(508)):
            total ^= word
        file.seek(508)
        file.write(struct.pack("<I", total))
    return True

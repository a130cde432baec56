"""Holds what Kusari reads of the traces of use in users' hives against other readers.

    cargo build -p kusari-artifacts --example registry_traces
    python3 docs/validation/registry_traces_compare.py target/debug/examples/registry_traces HIVE...

Needs regipy, pytz and libfwsi-python (PyPI); with RegRipper on this machine also `--rip FOLDER`, the
folder that holds `rip.pl`. With `HIVE,LOG` or `HIVE,LOG,LOG` in place of a hive, regipy applies the logs in
that order into a file of its own, which it reads, while Kusari applies them itself. regipy knows no order
and no stale logs, so it must be given those that apply, the older one first.

Oracles: shellbags, UserAssist, TypedPaths, WordWheelQuery: regipy's plugins; items of RecentDocs and
dialogs: libfwsi; Office: the values as regipy gives them, read by code of this script. RegRipper: the
lines of its recentdocs, comdlg32, userassist, typedpaths, wordwheelquery and msoffice plugins.
"""

import codecs
import collections
import datetime
import logging
import os
import re
import struct
import subprocess
import sys
import tempfile

import pyfwsi
from regipy.exceptions import RegistryKeyNotFoundException
from regipy.plugins.ntuser.shellbags_ntuser import ShellBagNtuserPlugin
from regipy.plugins.ntuser.typed_paths import TypedPathsPlugin
from regipy.plugins.ntuser.user_assist import GUID_TO_PATH_MAPPINGS, UserAssistPlugin
from regipy.plugins.ntuser.word_wheel_query import WordWheelQueryPlugin
from regipy.plugins.usrclass.shellbags_usrclass import ShellBagUsrclassPlugin
from regipy.recovery import apply_transaction_logs
from regipy.registry import RegistryHive

logging.disable(logging.CRITICAL)
EXPLORER = r"\Software\Microsoft\Windows\CurrentVersion\Explorer"
EPOCH = datetime.datetime(1601, 1, 1)


def micros(value):
    """A time to the microsecond, in which regipy gives it; empty for none."""
    if value in (None, "", "None"):
        return ""
    text = value if isinstance(value, str) else value.isoformat()
    text = text.replace("+00:00", "").replace("Z", "").replace(" ", "T")
    whole, _, part = text.partition(".")
    return f"{whole}.{(part + '000000')[:6]}" if not whole.startswith("1601-01-01T00:00:00") else ""


def filetime(ticks):
    return "" if ticks == 0 else (EPOCH + datetime.timedelta(microseconds=ticks // 10)).isoformat(
        timespec="microseconds"
    )


def key(hive, path):
    try:
        return hive.get_key(path)
    except RegistryKeyNotFoundException:
        return None


def ours(program, hive, logs):
    out = subprocess.run([program, hive, *logs], check=True, capture_output=True).stdout.decode()
    found = collections.defaultdict(list)
    for line in out.splitlines():
        kind, *fields = line.split("\t")
        found[kind].append(fields)
    return found


def same(a, b):
    """Equal, or times that lie no more than a microsecond apart: regipy takes times through a float."""
    if a == b:
        return True
    try:
        gap = datetime.datetime.fromisoformat(a) - datetime.datetime.fromisoformat(b)
    except (TypeError, ValueError):
        return False
    return abs(gap) <= datetime.timedelta(microseconds=1)


def millis(text):
    """To the nearest millisecond."""
    if not text:
        return ""
    rounded = datetime.datetime.fromisoformat(text) + datetime.timedelta(microseconds=500)
    return rounded.isoformat(timespec="milliseconds")


def path_of(path):
    return path.lstrip("\\").lower()


def order_of(data):
    numbers = struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4])
    return {n: at for at, n in reversed(list(enumerate(numbers))) if n != 0xFFFFFFFF}


class Tally:
    def __init__(self):
        self.same = collections.Counter()
        self.differ = collections.Counter()
        self.shown = collections.Counter()

    def hold(self, what, own, other):
        """Two dictionaries of records, each a tuple of values."""
        for name in own.keys() | other.keys():
            mine, theirs = own.get(name), other.get(name)
            if mine is None or theirs is None:
                self.bad(what, name, mine, theirs, max(len(mine or ()), len(theirs or ())))
                continue
            for a, b in zip(mine, theirs, strict=True):
                if same(a, b):
                    self.same[what] += 1
                else:
                    self.bad(what, name, a, b, 1)

    def bad(self, what, name, mine, theirs, count):
        self.differ[what] += count
        self.shown[what] += 1
        if self.shown[what] <= 12:
            print(f"    {what}: {name}\n      own    {mine!r}\n      other  {theirs!r}")


def shellbags(hive, own, tally, plugin):
    other, orphans = {}, {}
    run = plugin(hive, as_json=True)
    run.run()
    for e in run.entries:
        if e["shell_type"] == "Childless":
            orphans[path_of(e["reg_path"])] = ()
            continue
        other[path_of(e["reg_path"]), e["value_name"]] = (
            str(e["mru_order_location"]),
            micros(e["last_write"]),
            e["value"] or "",
            *(micros(e[t] or "") for t in ("modification_time", "creation_time", "access_time")),
        )
    roots = {name[0].split("bagmru")[0] for name in other}
    mine = {}
    for f in own["shellbag"]:
        where, value, place, written, slot, own_written, *_rest = f
        name, modified, created, accessed, _ref = f[9:]
        if path_of(where).split("bagmru")[0] not in roots:
            continue
        if value == "":
            orphans.pop(path_of(where), None)
            continue
        mine[path_of(where), value] = (
            place,
            micros(written),
            name.rstrip("\\"),
            *(micros(t) for t in (modified, created, accessed)),
        )
    other = {n: (v[0], v[1], v[2].rstrip("\\"), *v[3:]) for n, v in other.items()}
    tally.hold("shellbags (regipy)", mine, other)
    for name in orphans:
        tally.bad("shellbags (regipy)", name, None, "a key without a value", 1)
    # The slots and file references by other ways: the key's value, libfwsi.
    slots, other_slots = {}, {}
    for f in own["shellbag"]:
        where, value, slot = f[0], f[1], f[4]
        number = value
        if value == "":
            continue
        child = key(hive, "\\" + where + "\\" + number)
        got = child.get_value("NodeSlot") if child else None
        slots[where, value] = (slot, f[13])
        items = pyfwsi.item_list()
        data = next(v.value for v in key(hive, "\\" + where).iter_values(trim_values=False) if v.name == value)
        items.copy_from_byte_stream(data, ascii_codepage="cp1252")
        last = list(items.items)[-1]
        ref = ""
        for block in last.extension_blocks:
            if isinstance(block, pyfwsi.file_entry_extension) and block.file_reference:
                ref = f"{block.file_reference & (1 << 48) - 1}-{block.file_reference >> 48}"
        other_slots[where, value] = ("" if got is None else str(got), ref)
    tally.hold("slots, file references (regipy, libfwsi)", slots, other_slots)


def recent(hive, own, tally):
    # regipy's plugin for RecentDocs finds nothing in any of these hives: it asks for trimmed values.
    other = {}
    for base, found, there in lists(hive, f"{EXPLORER}\\RecentDocs", 1):
        order = order_of(there.get("MRUListEx", b""))
        for value, data in there.items():
            if not value.isdigit():
                continue
            name, end = text_to_nul(data)
            items = items_of(data[end:])
            place = order.get(int(value))
            other[path_of(base), value] = (
                "" if place is None else str(place),
                micros(filetime(found.header.last_modified)),
                name,
                ([name_of(i) for i in items] + [""])[0],
            )
    mine = {(path_of(f[0]), f[1]): (f[2], micros(f[3]), f[4], f[5]) for f in own["recent"]}
    tally.hold("RecentDocs (regipy's values, libfwsi)", mine, other)


def user_assist(hive, own, tally):
    run = UserAssistPlugin(hive, as_json=True)
    run.run()
    mine, other = collections.Counter(), collections.Counter()
    for e in run.entries:
        name = e["name"]
        other[name, millis(micros(e["timestamp"])), e["run_counter"], e["session_id"], e.get("focus_count"),
              e.get("total_focus_time_ms")] += 1
    for f in own["user-assist"]:
        name, focus = f[1], f[4]
        for guid, path in GUID_TO_PATH_MAPPINGS.items():
            if guid in name:
                name = name.replace(guid, path)
                break
        count = int(f[3]) - (5 if focus == "" else 0)
        mine[name, millis(micros(f[6])), count, int(f[2]), int(focus) if focus else None,
             int(f[5]) if focus else None] += 1
    # regipy lists the groups of two Windows versions twice.
    mine = {k: tuple(k) for k in mine}
    other = {k: tuple(k) for k in other}
    tally.hold("UserAssist (regipy)", mine, other)


def typed(hive, own, tally):
    run = TypedPathsPlugin(hive, as_json=True)
    run.run()
    listed = run.entries["entries"] if isinstance(run.entries, dict) else []
    other = {name: (text,) for each in listed for name, text in each.items() if name.startswith("url")}
    mine = {f[1]: (f[4],) for f in own["typed-path"]}
    tally.hold("TypedPaths (regipy)", mine, other)
    run = WordWheelQueryPlugin(hive, as_json=True)
    run.run()
    other = {str(e["mru_id"]): (str(e["order"]), micros(e["last_write"]), e["name"]) for e in run.entries}
    mine = {f[1]: (f[2], micros(f[3]), f[4]) for f in own["search"]}
    tally.hold("WordWheelQuery (regipy)", mine, other)


def name_of(item):
    """The name by libfwsi, of the items that it gives one."""
    if isinstance(item, pyfwsi.file_entry):
        long = [b.long_name for b in item.extension_blocks if isinstance(b, pyfwsi.file_entry_extension)]
        return (long + [None])[0] or item.name
    if isinstance(item, pyfwsi.volume) and item.name:
        return item.name.rstrip("\\")
    if isinstance(item, pyfwsi.network_location):
        return item.location.rsplit("\\", 1)[-1] if item.location.startswith("\\\\") else item.location
    return None


def items_of(data):
    """The items of a list; nothing where libfwsi refuses it as a whole."""
    items = pyfwsi.item_list()
    try:
        items.copy_from_byte_stream(data, ascii_codepage="cp1252")
        return list(items.items)
    except OSError as error:
        print("    libfwsi refuses", data[:16].hex(), error)
        return []


def values(hive, path):
    found = key(hive, path)
    if found is None:
        return None, {}
    return found, {v.name: v.value for v in found.iter_values(trim_values=False)}


def lists(hive, base, depth):
    found, there = values(hive, base)
    if found is None:
        return
    yield base, found, there
    if depth:
        for sub in found.iter_subkeys():
            yield from lists(hive, f"{base}\\{sub.name}", depth - 1)


def text_to_nul(data):
    end = next((i for i in range(0, len(data) - 1, 2) if data[i : i + 2] == b"\0\0"), len(data))
    return data[:end].decode("utf-16-le", errors="replace"), end + 2


def tail(path, names):
    """The last parts of a path that the other reader can name."""
    parts = path.split("\\")[-len(names) :] if names else []
    return tuple(p if n is not None else None for p, n in zip(parts, names))


def dialogs(hive, own, tally):
    other, raw = {}, {}
    for name, has_items in (("OpenSavePidlMRU", True), ("OpenSaveMRU", False)):
        for base, found, there in lists(hive, f"{EXPLORER}\\ComDlg32\\{name}", 1):
            if has_items:
                order = order_of(there.get("MRUListEx", b""))
            else:
                order = {letter: at for at, letter in enumerate(there.get("MRUList", ""))}
            for value, data in there.items():
                if not (value.isdigit() if has_items else re.fullmatch("[a-z]", value)):
                    continue
                place = order.get(int(value) if has_items else value)
                written = micros(filetime(found.header.last_modified))
                if has_items:
                    what = tuple(name_of(i) for i in items_of(data))
                else:
                    what = data
                other[path_of(base), value] = ("" if place is None else str(place), written, what)
    mine = {}
    for f in own["dialog-file"]:
        name = (path_of(f[0]), f[1])
        theirs = other.get(name)
        what = tail(f[4], theirs[2]) if theirs and isinstance(theirs[2], tuple) else f[5]
        mine[name] = (f[2], micros(f[3]), what)
    tally.hold("dialog files (libfwsi, regipy)", mine, other)
    other = {}
    for name in ("LastVisitedPidlMRU", "LastVisitedPidlMRULegacy", "LastVisitedMRU"):
        for base, found, there in lists(hive, f"{EXPLORER}\\ComDlg32\\{name}", 0):
            is_new = "Pidl" in name
            order = order_of(there.get("MRUListEx", b"")) if is_new else {
                letter: at for at, letter in enumerate(there.get("MRUList", ""))
            }
            for value, data in there.items():
                if value in ("MRUListEx", "MRUList"):
                    continue
                place = order.get(int(value) if is_new else value)
                program, end = text_to_nul(data)
                if is_new:
                    what = tuple(name_of(i) for i in items_of(data[end:]))
                else:
                    what = text_to_nul(data[end:])[0]
                other[path_of(base), value] = (
                    "" if place is None else str(place),
                    micros(filetime(found.header.last_modified)),
                    program,
                    what,
                )
    mine = {}
    for f in own["dialog-program"]:
        name = (path_of(f[0]), f[1])
        theirs = other.get(name)
        what = tail(f[5], theirs[3]) if theirs and isinstance(theirs[3], tuple) else f[5]
        mine[name] = (f[2], micros(f[3]), f[4], what)
    tally.hold("dialog programs (libfwsi, regipy)", mine, other)


def office(hive, own, tally):
    other, records = {}, {}
    root = key(hive, r"\Software\Microsoft\Office")
    waiting = [(r"Software\Microsoft\Office", root)] if root else []
    while waiting:
        path, found = waiting.pop()
        last = path.rsplit("\\", 1)[-1]
        for v in found.iter_values(trim_values=False):
            if last in ("File MRU", "Place MRU") and v.name.startswith("Item "):
                match = re.match(r"\[F[0-9A-F]+\]\[T([0-9A-F]{16})\](?:\[O[0-9A-F]+\])?\*(.*)", v.value)
                other[path_of(path), v.name] = (micros(filetime(int(match[1], 16))), match[2])
            if last == "TrustRecords":
                created, offset, minutes, allowed = struct.unpack("<QqII", v.value)
                trusted = datetime.datetime(1970, 1, 1) + datetime.timedelta(minutes=minutes)
                records[path_of(path), v.name] = (
                    micros(filetime(created)),
                    str(offset // 10_000_000),
                    micros(trusted),
                    str(allowed),
                )
        waiting += [(f"{path}\\{s.name}", s) for s in found.iter_subkeys()]
    mine = {(path_of(f[0]), f[1]): (micros(f[2]), f[3]) for f in own["office"]}
    tally.hold("Office MRU (regipy's values)", mine, other)
    mine = {(path_of(f[0]), f[1]): (micros(f[2]), f[3], micros(f[4]), f[5]) for f in own["trusted"]}
    tally.hold("TrustRecords (regipy's values)", mine, records)


def rip(folder, hive, own, tally):
    """RegRipper's own order and texts, line by line."""

    def lines(plugin):
        out = subprocess.run(
            ["perl", "rip.pl", "-r", os.path.abspath(hive), "-p", plugin], cwd=folder, capture_output=True
        )
        return out.stdout.decode(errors="replace").splitlines()

    def ascii_of(text):
        return "".join(c if " " <= c <= "~" else "?" for c in text).strip()

    other, where = collections.Counter(), None
    for line in lines("recentdocs"):
        if line.startswith("Software\\"):
            where = path_of(line.strip())
        match = re.match(r"  (\d+) = (.*)", line)
        if match and where:
            other[where, match[1], match[2].strip()] += 1
    mine = collections.Counter((path_of(f[0]), f[1], f[4].strip()) for f in own["recent"] if f[2] != "")
    compare(tally, "RecentDocs (RegRipper)", mine, other, ascii_of)
    other = collections.Counter()
    for line in lines("typedpaths"):
        match = re.match(r"(url\d+)\s+(.*)", line)
        if match:
            other[match[1], match[2].strip()] += 1
    mine = collections.Counter((f[1], f[4].strip()) for f in own["typed-path"])
    compare(tally, "TypedPaths (RegRipper)", mine, other, ascii_of)
    other = collections.Counter()
    for line in lines("wordwheelquery"):
        match = re.match(r"(\d+)\s+(.*)", line)
        if match:
            other[match[1], match[2].strip()] += 1
    mine = collections.Counter((f[1], f[4].strip()) for f in own["search"])
    compare(tally, "WordWheelQuery (RegRipper)", mine, other, ascii_of)
    other, at = collections.Counter(), ""
    for line in lines("userassist"):
        if re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ", line):
            at = line.strip().replace(" ", "T").rstrip("Z")
        elif line.startswith("Value names with no time stamps"):
            at = ""
        match = re.match(r"  (.*?)(?: \((\d+)\))?$", line)
        if match and line.startswith("  ") and at:
            other[at, match[1].strip(), match[2] or ""] += 1
    mine = collections.Counter()
    for f in own["user-assist"]:
        count = int(f[3]) - (5 if f[4] == "" and int(f[3]) > 5 else 0)
        if f[6]:
            mine[f[6][:19], f[1].strip(), str(count)] += 1
    compare(tally, "UserAssist with times (RegRipper)", mine, other, ascii_of)
    other = collections.Counter()
    for line in lines("msoffice"):
        match = re.match(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)Z: (.*)", line)
        if match:
            other[f"{match[1]}T{match[2]}", match[3].strip()] += 1
    mine = collections.Counter((f[2][:19], f[3].strip()) for f in own["office"])
    mine += collections.Counter((f[2][:19], f[1].strip()) for f in own["trusted"])
    compare(tally, "Office (RegRipper)", mine, other, ascii_of)


def compare(tally, what, mine, other, fold):
    def folded(counter):
        done = collections.Counter()
        for name, count in counter.items():
            done[tuple(fold(part) for part in name)] += count
        return done

    mine, other = folded(mine), folded(other)
    tally.same[what] += sum((mine & other).values())
    for name in (mine - other):
        tally.bad(what, name, "there", None, 1)
    for name in (other - mine):
        tally.bad(what, name, None, "there", 1)


def main(arguments):
    folder = None
    if "--rip" in arguments:
        at = arguments.index("--rip")
        folder = arguments[at + 1]
        del arguments[at : at + 2]
    program, *hives = arguments
    tally = Tally()
    for argument in hives:
        print(argument)
        path, *logs = argument.split(",")
        read = path
        if logs:
            read = os.path.join(tempfile.mkdtemp(), "hive")
            apply_transaction_logs(path, logs[0], (logs + [None])[1], restored_hive_path=read)
        found = ours(program, path, logs)
        for line in found["damage"]:
            print("    damage:", line)
        hive = RegistryHive(read)
        is_classes = "usrclass" in os.path.basename(path).lower()
        shellbags(hive, found, tally, ShellBagUsrclassPlugin if is_classes else ShellBagNtuserPlugin)
        if not is_classes:
            recent(hive, found, tally)
            user_assist(hive, found, tally)
            typed(hive, found, tally)
            dialogs(hive, found, tally)
            office(hive, found, tally)
            if folder and not logs:
                rip(folder, path, found, tally)
    print(f"\n{'what':45} {'same':>7} {'differ':>7}")
    for what in sorted(tally.same.keys() | tally.differ.keys()):
        print(f"{what:45} {tally.same[what]:7} {tally.differ[what]:7}")


if __name__ == "__main__":
    main(sys.argv[1:])

"""Holds `kusari inspect --files --format csv` of a file table against dissect.ntfs, value by value.

    file_table_compare.py $MFT files.csv

Compared, of every name that is shown (no short name beside a long one): record and sequence number,
name, kind, size, the four times of $STANDARD_INFORMATION and of $FILE_NAME to 100 ns, streams, whether
it is deleted, and the path, which is followed here by parent and sequence number.
"""
import calendar
import csv
import re
import sys
import time
from collections import Counter

from dissect.ntfs import NTFS
from dissect.ntfs.c_ntfs import ATTRIBUTE_TYPE_CODE as T

SIZE = 1024
EPOCH = 116444736000000000
table = open(sys.argv[1], "rb").read()
listed = list(csv.DictReader(open(sys.argv[2], newline="")))


def ticks(text):
    """FILETIME of a time as Kusari writes it; 0 for none."""
    if not text:
        return 0
    whole, decimals = text.rstrip("Z").split(".")
    seconds = calendar.timegm(time.strptime(whole, "%Y-%m-%dT%H:%M:%S"))
    return seconds * 10**7 + int(decimals.ljust(7, "0")) + EPOCH


def header(number):
    raw = table[number * SIZE:(number + 1) * SIZE]
    return (int.from_bytes(raw[16:18], "little"), int.from_bytes(raw[22:24], "little"),
            int.from_bytes(raw[32:40], "little"))


def times(value):
    return tuple(int(getattr(value, own)) for own in (
        "CreationTime", "LastModificationTime", "LastAccessTime", "LastChangeTime"))


ntfs = NTFS(mft=open(sys.argv[1], "rb"))
records, problems = {}, Counter()
for number in range(len(table) // SIZE):
    try:
        record = ntfs.mft.get(number)
        records[number] = (record, record.attributes)
    except Exception as error:
        problems[type(error).__name__] += 1


def of(attributes, kind):
    return list(attributes[kind]) if kind in attributes else []


def long_names(number):
    names = []
    for own in of(records[number][1], T.FILE_NAME):
        names.append(own.attribute)
    long = [own for own in names if own.flags != 2]
    return long or names


def shown(name):
    return "".join(c if c not in "/\0" and not 0xD800 <= ord(c) < 0xE000 else "\ufffd" for c in name)


def folder(reference):
    """The path of a folder; `?` where it is another one by now."""
    parts = []
    while True:
        number, sequence = reference & (1 << 48) - 1, reference >> 48
        if number not in records or len(parts) > 256:
            return ["?"] + parts
        own, flags, base = header(number)
        fits = sequence in (0, own) if flags & 1 else (sequence % 0xFFFF) + 1 == own
        names = long_names(number)
        if not fits or not flags & 2 or base or not names:
            return ["?"] + parts
        if number == 5:
            return parts
        parts.insert(0, shown(names[0].file_name))
        parent = names[0].attr.ParentDirectory
        reference = parent.SegmentNumberLowPart | parent.SegmentNumberHighPart << 32 \
            | parent.SequenceNumber << 48


expected = {}
for number, (record, attributes) in records.items():
    sequence, flags, base = header(number)
    if base:
        continue
    standard = of(attributes, T.STANDARD_INFORMATION)
    standard = times(standard[0].attribute.attr) if standard else (0, 0, 0, 0)
    streams, size = set(), 0
    for own in of(attributes, T.DATA):
        if own.name:
            streams.add(shown(own.name))
        elif own.header.resident or own.header.header.Form.Nonresident.LowestVcn == 0:
            size = own.header.size
    for name in long_names(number):
        if not flags & 1 or name.flags != 2:
            parent = name.attr.ParentDirectory
            reference = parent.SegmentNumberLowPart | parent.SegmentNumberHighPart << 32 \
                | parent.SequenceNumber << 48
            if number == 5:
                continue
            above = folder(reference)
            path = "/".join(above + [shown(name.file_name)])
            expected.setdefault((number | sequence << 48, path), []).append(dict(
                kind="folder" if flags & 2 else "file", size=0 if flags & 2 else size,
                standard=standard, name=times(name.attr), streams=streams,
                deleted=not flags & 1))

counted, differ = Counter(), Counter()
for row in listed:
    if not row["reference"]:
        counted["rows without a record"] += 1
        continue
    path, reference = row["path"], int(row["reference"])
    # A folder of which only the reference is known stands below `?` here.
    if path.startswith("?/") and row["deleted"] == "false":
        rest = path.split("/")[2:]
        if not rest:
            counted["folders of which only the reference is known"] += 1
            continue
        path = "/".join(["?"] + rest)
    # A folder with the name of another one beside it has its reference behind its name.
    path = re.sub(r"(?<=[^/])\?[0-9]+-[0-9]+(?=/|$)", "", path)
    found = expected.get((reference, path))
    if not found:
        differ["only here"] += 1
        print("only here:", reference & (1 << 48) - 1, path)
        continue
    other = found.pop(0)
    counted["names"] += 1
    own = dict(kind="file" if row["kind"] == "file" else "folder", size=int(row["size"]),
               standard=tuple(ticks(row[k]) for k in ("created", "modified", "accessed", "changed")),
               name=tuple(ticks(row["name_" + k]) for k in ("created", "modified", "accessed", "changed")),
               streams=set(row["streams"].split(";")) - {""}, deleted=row["deleted"] == "true")
    counted["values"] += 12 + len(own["streams"]) + 2
    for field, value in own.items():
        if value != other[field]:
            differ[field] += 1
            print("differs:", path, field, value, other[field])
left = [key for key, rest in expected.items() for _ in rest]
for reference, path in left[:30]:
    print("only in dissect.ntfs:", reference & (1 << 48) - 1, path)
print(dict(counted), "records that dissect.ntfs does not read:", dict(problems))
print("differ:", dict(differ), "only in dissect.ntfs:", len(left))

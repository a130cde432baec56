"""Holds `windows_search_dump` against separate code over dissect.esedb.

    cargo run -p kusari-artifacts --example windows_search_dump -- Windows.edb > dump.txt
    python3 docs/validation/windows_search_compare.py Windows.edb dump.txt

Needs dissect.esedb (PyPI). For the index of Windows 8 and later.
"""

import re
import sys
import uuid

from dissect.esedb.esedb import EseDB

FIELDS = [
    ("WorkID", None),
    ("System_ItemUrl", "text"),
    ("System_ItemPathDisplay", "text"),
    ("System_FileName", "text"),
    ("System_Size", "number"),
    ("System_DateModified", "number"),
    ("System_DateCreated", "number"),
    ("System_DateAccessed", "number"),
    ("System_Search_GatherTime", "number"),
    ("System_ComputerName", "text"),
    ("System_FileOwner", "text"),
    ("System_VolumeId", "guid"),
    ("System_Kind", "list"),
    ("System_ItemType", "text"),
]
OURS = [2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]


def show(value, kind):
    if value is None:
        return ""
    if kind == "number":
        return "" if value == b"********" else str(int.from_bytes(value, "little"))
    if kind == "guid":
        return "{" + str(uuid.UUID(value)).upper() + "}"
    if kind == "list":
        return ";".join(part for part in bytes(value).decode("utf-16-le").split("\0") if part)
    return str(value).rstrip("\0")


def main(path, dump):
    lines = [line.rstrip("\n").split("\t") for line in open(dump, encoding="utf-8", newline="\n")]
    database = EseDB(open(path, "rb"))
    table = database.table("SystemIndex_PropertyStore")
    columns = {re.sub(r"^\d+[A-Z]?-", "", column.name): column.name for column in table.columns}
    items = iter([line for line in lines if line[0] == "item"])
    rows = values = unlike = 0
    for record in table.records():
        ours = next(items, None)
        rows += 1
        for (name, kind), place in zip(FIELDS, OURS):
            theirs = show(record.get(columns[name]), kind)
            values += 1
            if ours is None or ours[place] != theirs:
                unlike += 1
                print(rows, name, repr(theirs), repr(ours and ours[place]))
    print(f"items: {rows} rows, {values} values, {unlike} not the same, {len(list(items))} more of ours")

    paths = {row.get("Scope"): (row.get("Parent"), row.get("Name")) for row in database.table("SystemIndex_GthrPth").records()}

    def address(scope):
        if scope == 1:
            return ""
        parent, name = paths[scope]
        name = str(name).rstrip("\0")
        return address(parent) + ("" if re.match(r"^\[[0-9a-f-]{36}\]/$", name) else name)

    files = iter([line for line in lines if line[0] == "file"])
    rows = values = unlike = 0
    for record in database.table("SystemIndex_Gthr").records():
        ours = next(files, None)
        rows += 1
        values += 3
        time = int.from_bytes(record.get("LastModified") or b"", "big")
        theirs = [
            str(record.get("DocumentID")),
            address(record.get("ScopeID")) + str(record.get("FileName") or "").rstrip("\0"),
            str(time) if 0 < time < 2650467744000000000 else "",
        ]
        if ours is None or ours[2:] != theirs:
            unlike += 1
            print(theirs, ours)
    print(f"gatherer: {rows} rows, {values} values, {unlike} not the same")


main(*sys.argv[1:3])

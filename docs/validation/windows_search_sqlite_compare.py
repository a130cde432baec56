"""Holds `windows_search_dump` against Python's `sqlite3` on an index of Windows 11.

    cargo run -p kusari-artifacts --example windows_search_dump -- Windows.db > dump.txt
    python3 docs/validation/windows_search_sqlite_compare.py compare Windows.db dump.txt

A `Windows.db-wal` beside it is taken by both, on a copy by Python, which may change it. An index to try it
with, of random items by the published definition of the table, with a write-ahead log:

    python3 docs/validation/windows_search_sqlite_compare.py make FOLDER [SEED]
"""

import pathlib
import random
import shutil
import sqlite3
import struct
import sys
import tempfile
import uuid

# The name, how it is stored, and its place in a line of the dump.
FIELDS = [
    ("System_ItemUrl", "text", 3),
    ("System_ItemPathDisplay", "text", 5),
    ("System_FileName", "text", 6),
    ("System_Size", "number", 7),
    ("System_DateModified", "number", 8),
    ("System_DateCreated", "number", 9),
    ("System_DateAccessed", "number", 10),
    ("System_Search_GatherTime", "number", 11),
    ("System_ComputerName", "text", 12),
    ("System_FileOwner", "text", 13),
    ("System_VolumeId", "guid", 14),
    ("System_Kind", "list", 15),
    ("System_ItemType", "text", 16),
]

STORE = """CREATE TABLE SystemIndex_1_PropertyStore (
  WorkId INTEGER NOT NULL, ColumnId INTEGER NOT NULL, Value BLOB NOT NULL,
  PRIMARY KEY (WorkId, ColumnId)) WITHOUT ROWID"""
NAMES = """CREATE TABLE SystemIndex_1_PropertyStore_Metadata (
  Id INTEGER PRIMARY KEY, UniqueKey TEXT NOT NULL, Name TEXT NOT NULL)"""


def show(value, kind):
    if value is None:
        return ""
    if kind == "number":
        return str(value if isinstance(value, int) else int.from_bytes(value, "little"))
    if kind == "guid":
        return "{" + str(uuid.UUID(bytes_le=value)).upper() + "}"
    if kind == "list":
        return ";".join(part for part in value.decode("utf-16-le").split("\0") if part)
    return value


def compare(path, dump):
    with tempfile.TemporaryDirectory() as folder:
        for beside in [path, path + "-wal"]:
            if pathlib.Path(beside).exists():
                shutil.copy(beside, folder)
        database = sqlite3.connect(pathlib.Path(folder) / pathlib.Path(path).name)
        print("integrity:", database.execute("PRAGMA integrity_check").fetchone()[0])
        query = """SELECT WorkId, substr(UniqueKey, instr(UniqueKey, '-') + 1), Value
            FROM SystemIndex_1_PropertyStore JOIN SystemIndex_1_PropertyStore_Metadata ON Id = ColumnId"""
        theirs = {}
        for number, name, value in database.execute(query):
            theirs.setdefault(str(number), {})[name] = value
    lines = [line.rstrip("\n").split("\t") for line in open(dump, encoding="utf-8", newline="\n")]
    ours = {line[2]: line for line in lines if line[0] == "item"}
    unlike = len(theirs.keys() ^ ours.keys())
    values = 0
    for number, item in theirs.items():
        for name, kind, place in FIELDS:
            values += 1
            if number in ours and ours[number][place] != show(item.get(name), kind):
                unlike += 1
                if unlike < 20:
                    print(number, name, repr(ours[number][place]), repr(item.get(name)))
    print(f"{len(theirs)} items, {values} values, {unlike} unlike")
    return unlike != 0


def value(kind, r, number):
    if kind == "number":
        return struct.pack("<Q", r.randrange(130 * 10**15, 134 * 10**15))
    if kind == "guid":
        return uuid.UUID(int=r.getrandbits(128)).bytes_le
    if kind == "list":
        kinds = r.sample(["document", "link", "picture", "folder", "program"], r.randrange(1, 4))
        return "\0".join(kinds).encode("utf-16-le")
    letters = "abcdefghijklmnopqrstuvwxyz 顧客一覧表é/."
    length = r.choice([1, 8, 30, 100, 100, 1500, 9000])
    return f"{number}" + "".join(r.choice(letters) for _ in range(length)).rstrip()


def make(folder, seed="1"):
    r = random.Random(int(seed))
    path = pathlib.Path(folder) / "Windows.db"
    database = sqlite3.connect(path, isolation_level=None)
    database.execute(f"PRAGMA page_size = {r.choice([1024, 4096, 4096, 16384])}")
    database.execute("PRAGMA journal_mode = WAL")
    database.execute(STORE)
    database.execute(NAMES)
    ids = {}
    for name, _, _ in FIELDS + [("System_Search_AutoSummary", "text", 0), ("InvertedOnlyMD5", "guid", 0)]:
        ids[name] = r.randrange(1, 9) + 9 * len(ids)
        names = (ids[name], f"{r.randrange(5000)}{r.choice(['', 'F'])}-{name}", name.replace("_", "."))
        database.execute("INSERT INTO SystemIndex_1_PropertyStore_Metadata VALUES (?, ?, ?)", names)

    def item(number):
        database.execute("DELETE FROM SystemIndex_1_PropertyStore WHERE WorkId = ?", (number,))
        for name, kind, _ in FIELDS + [("System_Search_AutoSummary", "text", 0)]:
            if r.random() < 0.8:
                row = (number, ids[name], value(kind, r, number))
                database.execute("INSERT INTO SystemIndex_1_PropertyStore VALUES (?, ?, ?)", row)

    database.execute("BEGIN")
    for number in r.sample(range(1, 4000), 1500):
        item(number)
    database.execute("COMMIT")
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for _ in range(3):
        database.execute("BEGIN")
        for number in r.sample(range(1, 4000), 60):
            item(number)
        for number in r.sample(range(1, 4000), 100):
            database.execute("DELETE FROM SystemIndex_1_PropertyStore WHERE WorkId = ?", (number,))
        database.execute("COMMIT")
    # Copies of both, as from a running machine; the log goes when the last connection is closed.
    for name in ["Windows.db", "Windows.db-wal"]:
        shutil.copy(pathlib.Path(folder) / name, pathlib.Path(folder) / ("copy-" + name))


if __name__ == "__main__":
    command, *rest = sys.argv[1:]
    sys.exit({"make": make, "compare": compare}[command](*rest))

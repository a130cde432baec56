"""Holds Kusari's SQLite reader against the SQLite library of Python, row by row and value by value.

    cargo build --release -p kusari-artifacts --example sqlite_dump
    python3 docs/validation/sqlite_compare.py target/release/examples/sqlite_dump [DATABASE...]

Without databases it makes its own: page sizes, encodings, overflow pages, deep trees, tables without
rowid, added columns, write-ahead logs with commits, rollbacks, older rounds and torn ends. Databases
are copied before the library opens them, because it writes.
"""

import json
import os
import random
import shutil
import sqlite3
import struct
import subprocess
import sys
import tempfile


def shown(value):
    if isinstance(value, bytes):
        return {"blob": value.hex()}
    if isinstance(value, float):
        return {"real": struct.pack(">d", value).hex()}
    return value


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


def theirs(path):
    connection = sqlite3.connect(path)
    connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
    tables = {"sqlite_schema": True}
    for name, sql in connection.execute(
        "select name, sql from sqlite_master where type = 'table' and rootpage > 0"
    ):
        tables[name] = "WITHOUT ROWID" not in (sql or "").upper()
    rows = {}
    for name, has_rowid in tables.items():
        real = "sqlite_master" if name == "sqlite_schema" else name
        what = "rowid, *" if has_rowid else "null, *"
        rows[name] = [
            (row[0], [shown(value) for value in row[1:]])
            for row in connection.execute(f"select {what} from {quoted(real)} not indexed")
        ]
    connection.close()
    return rows


def ours(program, path):
    run = subprocess.run([program, path], capture_output=True, check=True)
    rows = {}
    for line in run.stdout.splitlines():
        row = json.loads(line)
        rows.setdefault(row["table"], []).append((row["rowid"], row["values"]))
    return rows, run.stderr.decode()


def compare(program, path, folder):
    """How many rows and values there are, and how many rows differ."""
    copy = os.path.join(folder, "copy.db")
    for end in ("", "-wal", "-shm"):
        if os.path.exists(copy + end):
            os.remove(copy + end)
        if end != "-shm" and os.path.exists(path + end):
            shutil.copyfile(path + end, copy + end)
    mine, said = ours(program, path)
    their = theirs(copy)
    count = values = differ = 0
    for name in sorted(set(mine) | set(their)):
        a, b = mine.get(name, []), their.get(name, [])
        count += len(b)
        values += sum(len(row) for _, row in b)
        if a == b:
            continue
        wrong = sum(x != y for x, y in zip(a, b)) + abs(len(a) - len(b))
        differ += wrong
        print(f"{path}: {name}: {wrong} rows differ ({len(a)} and {len(b)})")
        for x, y in zip(a, b):
            if x != y:
                print(f"  {str(x)[:300]}\n  {str(y)[:300]}")
                break
    return count, values, differ, said


class Maker:
    def __init__(self, folder):
        self.folder = folder
        self.random = random.Random(20220305)
        self.made = []

    def database(self, name, *settings):
        path = os.path.join(self.folder, name + ".db")
        connection = sqlite3.connect(path, isolation_level=None)
        for setting in ("synchronous=off", *settings):
            connection.execute("pragma " + setting)
        self.made.append(path)
        return connection

    def value(self, longest=200):
        pick = self.random.randrange(9)
        if pick == 0:
            return None
        if pick == 1:
            return self.random.choice([0, 1, -1, 127, -128, 32767, -32768, 8388607, -8388608])
        if pick == 2:
            return self.random.getrandbits(64) - (1 << 63)
        if pick == 3:
            return self.random.getrandbits(self.random.randrange(1, 48)) * self.random.choice([1, -1])
        if pick == 4:
            return self.random.choice([0.0, 1.5, -2.0, 1e300, float("inf"), 3.141592653589793])
        length = int(longest * self.random.random() ** 4)
        if pick == 5:
            return self.random.randbytes(length)
        return "".join(self.random.choice("aZ0 é車輌\U0001F511'\"[") for _ in range(length))

    def fill(self, connection, table, columns, rows, longest=200):
        marks = ",".join("?" * columns)
        connection.execute("begin")
        for _ in range(rows):
            values = [self.value(longest) for _ in range(columns)]
            connection.execute(f"insert or ignore into {table} values ({marks})", values)
        connection.execute("commit")

    def keep(self, name, what):
        """The files as they are while the connection is open: a log is not checkpointed."""
        own = os.path.join(self.folder, name + ".db")
        kept = os.path.join(self.folder, f"{name}-{what}.db")
        for end in ("", "-wal"):
            if os.path.exists(own + end):
                shutil.copyfile(own + end, kept + end)
        self.made.append(kept)
        return kept

    def all(self):
        sizes = [512, 1024, 2048, 4096, 8192, 16384, 32768, 65536]
        for size in sizes:
            for encoding in ("UTF-8", "UTF-16le", "UTF-16be"):
                name = f"page-{size}-{encoding}"
                db = self.database(name, f"page_size={size}", f"encoding='{encoding}'")
                db.execute("create table t(a, b text, c real, d integer, e blob)")
                db.execute("create table k(id integer primary key, v)")
                db.execute("create table w(a, b, c, primary key(c, a)) without rowid")
                self.fill(db, "t", 5, 400, 3 * size)
                db.execute("insert into k(v) select a from t")
                # A key without rowid holds no NULL.
                for n in range(400):
                    key = "k" * self.random.randrange(size // 2) + str(n)
                    db.execute("insert into w values (?,?,?)", (n, self.value(size), key))
                db.close()
        # Every length around the borders of what stays on a page.
        for size in (512, 4096):
            db = self.database(f"borders-{size}", f"page_size={size}")
            db.execute("create table t(x)")
            db.execute("create table w(x primary key) without rowid")
            for length in range(size // 16, 3 * size, 1 if size == 512 else 7):
                db.execute("insert into t values (zeroblob(?))", (length,))
                db.execute("insert into w values (?)", (b"x" * length,))
            for length in range(size - 60, size + 20):
                db.execute("insert into t values (zeroblob(?))", (length,))
            db.close()
        db = self.database("many", "page_size=512")
        db.execute("create table t(a integer, b text)")
        db.execute("begin")
        for n in range(200_000):
            db.execute("insert into t values (?,?)", (n * 7, f"row {n}"))
        db.execute("commit")
        db.execute("delete from t where a % 3 = 0")
        db.execute("vacuum")
        db.close()
        self.definitions()
        self.logs()
        db = self.database("vacuum", "auto_vacuum=full", "page_size=1024")
        db.execute("create table t(a,b)")
        self.fill(db, "t", 2, 3000)
        db.execute("delete from t where rowid % 2 = 0")
        self.fill(db, "t", 2, 500, 9000)
        db.close()
        return self.made

    def definitions(self):
        db = self.database("definitions")
        for sql in (
            "create table [a b](\"c d\" integer primary key, 'e' text, `f``g` double precision)",
            "create table desc_key(a integer primary key desc, b)",
            "create table table_key(a integer, b real, primary key(a desc))",
            "create table two(a integer, b integer, c float, primary key(b, a, b)) without rowid",
            "create table no_int(a int primary key, b point)",
            "create table checked(a text check(a <> 'primary key, x'), b numeric(10, 5) not null"
            " default (1 + 2), unique(a, b) on conflict ignore, constraint z check(b > 0))",
            "create table commented(a -- , b integer\n, /* c, */ d decimal)",
            "create table stored(a, b as (a * 2) stored, c)",
            "create table seq(a integer primary key autoincrement, b)",
            "create table strict_one(a int, b real, c any) strict",
            "create table untyped(a, b, c)",
            "create table copied as select 1 as one, 2.0 as two, 'x' as [thr ee]",
            "create index i on untyped(a)",
            "create view v as select * from untyped",
        ):
            db.execute(sql)
        for n in range(50):
            db.execute("insert into [a b] values (?,?,?)", (n * 1000003 - 25, str(n), float(n)))
            db.execute("insert into desc_key values (?,?)", (n, n / 2))
            db.execute("insert into table_key values (?,?)", (-n, n))
            db.execute("insert into two values (?,?,?)", (n, 50 - n, n))
            db.execute("insert into no_int values (?,?)", (n, n))
            db.execute("insert into checked(a, b) values (?,?)", (str(n), n + 1))
            db.execute("insert into commented values (?,?)", (n, n))
            db.execute("insert into stored(a, c) values (?,?)", (n, -n))
            db.execute("insert into seq(b) values (?)", (n,))
            db.execute("insert into strict_one values (?,?,?)", (n, n, n))
            db.execute("insert into untyped values (?,?,?)", (n, 1 << n, -(1 << n)))
        db.execute("alter table untyped add column d int default 7")
        db.execute("alter table untyped add column e text default 'it''s'")
        db.execute("alter table untyped add column f real default -1.5")
        db.execute("alter table untyped add column g")
        db.execute("insert into untyped values (1,2,3,4,5,6,7)")
        db.execute("alter table desc_key rename to renamed")
        db.execute("alter table no_int drop column b")
        db.close()

    def logs(self):
        for size in (512, 4096, 65536):
            name = f"log-{size}"
            db = self.database(name, f"page_size={size}", "journal_mode=wal", "wal_autocheckpoint=0")
            db.execute("create table t(a, b)")
            db.execute("create table w(a primary key, b) without rowid")
            for _ in range(5):
                self.fill(db, "t", 2, 60, size)
                db.execute("update t set b = a where rowid % 7 = 3")
                db.execute("insert or ignore into w select rowid, a from t")
            db.execute("begin")
            db.execute("delete from t")
            db.execute("rollback")
            kept = self.keep(name, "whole-log")
            # A torn end: the last commit is lost, those before it are not.
            for cut in (1, size // 2, size + 24 + 100):
                torn = os.path.join(self.folder, f"{name}-torn-{cut}.db")
                shutil.copyfile(kept, torn)
                log = open(kept + "-wal", "rb").read()
                open(torn + "-wal", "wb").write(log[:-cut])
                self.made.append(torn)
            flipped = os.path.join(self.folder, f"{name}-flipped.db")
            shutil.copyfile(kept, flipped)
            log = bytearray(log)
            log[len(log) * 2 // 3] ^= 4
            open(flipped + "-wal", "wb").write(log)
            self.made.append(flipped)
            # The log begun anew: older frames stay behind the newer ones.
            db.execute("pragma wal_checkpoint(restart)")
            db.execute("insert into t values ('after', 'restart')")
            self.keep(name, "log-anew")
            db.execute("pragma wal_checkpoint(truncate)")
            db.execute("delete from t where rowid % 5 <> 0")
            db.close()
        # A transaction so large that its pages spill into the log before the commit.
        db = self.database("spill", "journal_mode=wal", "wal_autocheckpoint=0", "cache_size=10")
        db.execute("create table t(a)")
        db.execute("insert into t values ('committed')")
        db.execute("begin")
        for n in range(3000):
            db.execute("insert into t values (?)", ("x" * 300,))
        self.keep("spill", "log")
        db.execute("rollback")
        db.close()


def main():
    program, *paths = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        paths = paths or list(dict.fromkeys(Maker(folder).all()))
        total = [0, 0, 0]
        for path in paths:
            *figures, said = compare(program, path, folder)
            total = [a + b for a, b in zip(total, figures)]
            sys.stdout.write(said.replace(folder + "/", ""))
        print(f"{len(paths)} databases, {total[0]} rows, {total[1]} values, {total[2]} rows differ")
        return 1 if total[2] else 0


sys.exit(main())

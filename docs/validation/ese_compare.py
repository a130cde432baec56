"""Holds `ese_dump` against other people's readers of ESE databases, value by value.

    cargo run -p kusari-artifacts --example ese_dump -- DATABASE > dump.txt
    python3 docs/validation/ese_compare.py DATABASE dump.txt

Needs libesedb-python and dissect.esedb (PyPI). A column of a row that is not NULL in either reader is
one value. Rows of a table are compared in their order; rows marked as deleted are left out, as libesedb
leaves them out. Its Python binding gives no single values of multi-valued columns; those are compared
with dissect.esedb only. Both give compressed values as they are stored, so dissect's decompressor stands
behind both.
"""

import collections
import struct
import sys

import pyesedb
from dissect.esedb.esedb import EseDB

INTEGERS = {1: "<B", 2: "<B", 3: "<h", 4: "<i", 5: "<q", 8: "<Q", 14: "<I", 15: "<q", 17: "<H"}


def show(kind, data, code_page):
    """The bytes of a value as `ese_dump` prints them."""
    if kind in INTEGERS:
        size = struct.calcsize(INTEGERS[kind])
        number = struct.unpack(INTEGERS[kind], data[:size])[0]
        return str(int(number != 0)) if kind == 1 else str(number)
    if kind == 6:
        return "%08x" % struct.unpack("<I", data)[0]
    if kind == 7:
        return "%016x" % struct.unpack("<Q", data)[0]
    if kind == 16:
        return data.hex()
    if kind in (10, 12):
        if code_page == 1200:
            text = data[: len(data) & ~1].decode("utf-16-le", "replace")
        else:
            text = data.decode("cp1252", "replace")
        return "t" + text.encode().hex()
    return "b" + data.hex()


def ours(path):
    tables = collections.defaultdict(list)
    deleted = 0
    for line in open(path, encoding="ascii", errors="surrogateescape"):
        table, _, flag, *values = line.rstrip("\n").split("\t")
        if flag:
            deleted += 1
            continue
        tables[table].append(dict(value.split("=", 1) for value in values))
    return tables, deleted


def dissect_tables(path, code_pages, fixed):
    from dissect.esedb.c_esedb import TAGFLD_HEADER

    with open(path, "rb") as file:
        database = EseDB(file)
        for table in database.tables():
            if table.record._node.tag.flags & 2:
                continue
            rows = []
            for record in table.records():
                if record._node.tag.flags & 2:
                    continue
                row = {}
                for number, column in enumerate(sorted(table.columns, key=lambda c: c.identifier)):
                    kind = column.type.value
                    if column.is_fixed:
                        fixed.add((table.name, number))
                    page = code_pages.setdefault((table.name, number), column.encoding and int(column.encoding))
                    try:
                        data = record._data
                        if column.is_tagged:
                            field, value = data._get_tagged(column)
                            if value is None:
                                continue
                            value = bytes(value)
                            if field and field.flags & TAGFLD_HEADER.MultiValues:
                                parts = [bytes(p) for p in data._parse_multivalue(value, field)]
                                row[str(number)] = "[" + ",".join(show(kind, p, page) for p in parts) + "]"
                                continue
                            if field and field.flags & TAGFLD_HEADER.Separated:
                                value = bytes(table.get_long_value(value))
                            elif field and field.flags & TAGFLD_HEADER.Compressed:
                                value = decompress(value)
                        else:
                            value = data.get(column, raw=True)
                            if value is None:
                                continue
                        row[str(number)] = show(kind, bytes(value), page)
                    except Exception as error:
                        row[str(number)] = "!" + repr(error)[:60]
                rows.append(row)
            yield table.name, rows


def decompress(data):
    """Both readers' way, without the unit that dissect's makes of bits that are only fill."""
    from dissect.esedb import compression

    made = bytes(compression.decompress(data))
    scheme = data[0] >> 3
    if scheme in (1, 2):
        units = ((len(data) - 2) * 8 + (data[0] & 7) + 1) // 7
        made = made[: units * scheme]
    return made


def libesedb_tables(path, code_pages):
    database = pyesedb.file()
    database.open(path)
    for table in database.tables:
        columns = sorted(
            (table.get_column(i).identifier, i, table.get_column(i).type)
            for i in range(table.number_of_columns)
        )
        rows = []
        for record in table.records:
            row = {}
            for number, (_, index, kind) in enumerate(columns):
                page = code_pages.get((table.name, number))
                try:
                    flags = record.get_value_data_flags(index) or 0
                    if flags & 0x18:
                        # The Python binding gives the bytes of all values in one.
                        row[str(number)] = "?"
                        continue
                    if record.is_long_value(index):
                        data = record.get_value_data_as_long_value(index).get_data()
                        if data is None:
                            continue
                    else:
                        data = record.get_value_data(index)
                        if data is None:
                            continue
                        if flags & 2:
                            data = decompress(data)
                    row[str(number)] = show(kind, data, page)
                except Exception as error:
                    row[str(number)] = "!" + repr(error)[:60]
            rows.append(row)
        yield table.name, rows


def compare(name, theirs, mine, fixed):
    total = agree = rows_total = nulls = 0
    unlike = collections.Counter()
    examples = {}
    for table, rows in theirs:
        own = mine.get(table, [])
        rows_total += len(rows)
        if len(rows) != len(own):
            unlike[table, "rows"] += abs(len(rows) - len(own))
            examples.setdefault((table, "rows"), (len(rows), len(own)))
        for number, (their, our) in enumerate(zip(rows, own)):
            for column in their.keys() | our.keys():
                total += 1
                if our.get(column) is None and (table, int(column)) in fixed and name == "libesedb":
                    # It gives the bytes of NULL columns of fixed size, too.
                    nulls += 1
                elif their.get(column) == "?":
                    total -= 1
                elif their.get(column) == our.get(column):
                    agree += 1
                else:
                    unlike[table, column] += 1
                    examples.setdefault((table, column), (number, their.get(column), our.get(column)))
    print(f"{name}: {rows_total} rows, {total} values, {agree} the same, {nulls} NULL with bytes")
    for key, count in unlike.most_common(6):
        print("  ", key, count, str(examples[key])[:200])


def main():
    path, dump = sys.argv[1:3]
    mine, deleted = ours(dump)
    print(f"{len(mine)} tables with rows, {sum(map(len, mine.values()))} rows, {deleted} deleted rows")
    code_pages, fixed = {}, set()
    compare("dissect.esedb", dissect_tables(path, code_pages, fixed), mine, fixed)
    compare("libesedb", libesedb_tables(path, code_pages), mine, fixed)


main()

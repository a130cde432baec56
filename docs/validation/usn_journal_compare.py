"""Holds what Kusari reads of a change journal against dissect.ntfs, record by record and field by field.

    cargo run --release -p kusari-artifacts --example usn_journal_dump -- JOURNAL > dump
    python3 docs/validation/usn_journal_compare.py JOURNAL dump

Needs dissect.ntfs (PyPI). Its `records()` gives version 2 only; its class for one record reads all
versions, so that is walked here. It stops at the first damage.
"""

import sys

from dissect.ntfs.usnjrnl import UsnJrnl, UsnRecord

PAGE = 4096


def number(value):
    if isinstance(value, (bytes, bytearray)):
        return int.from_bytes(value, "little")
    if hasattr(value, "Identifier"):
        return int.from_bytes(bytes(value.Identifier), "little")
    if hasattr(value, "SegmentNumberLowPart"):
        record = value.SegmentNumberLowPart | value.SegmentNumberHighPart << 32
        return record | value.SequenceNumber << 48
    return int(value)


def reference(value):
    value = number(value)
    if value >> 64:
        return f"{value >> 64:016x}{value & (1 << 64) - 1:016x}"
    return f"{value & (1 << 48) - 1}-{value >> 48}"


def text(name):
    return "".join("\ufffd" if c in "/\0" else c for c in name)


def theirs(path):
    with open(path, "rb") as file:
        journal = UsnJrnl(file)
        size = file.seek(0, 2)
        offset = 0
        while offset + 8 <= size:
            file.seek(offset)
            head = file.read(8)
            if head == bytes(8):
                offset += 8
                continue
            if int.from_bytes(head[:4], "little") + offset > size:
                break
            record = UsnRecord(journal, file, offset)
            fields = record.record
            named = record.header.MajorVersion < 4
            yield [
                fields.Usn,
                offset,
                record.header.MajorVersion,
                reference(fields.FileReferenceNumber),
                reference(fields.ParentFileReferenceNumber),
                fields.TimeStamp if named else 0,
                hex(int(fields.Reason)),
                hex(int(fields.SourceInfo)),
                fields.SecurityId if named else 0,
                hex(int(fields.FileAttributes)) if named else "0x0",
                text(record.filename) if named else "",
            ]
            offset += record.header.RecordLength


def main(journal, dump):
    differences = count = 0
    with open(dump, encoding="utf-8", newline="\n") as file:
        ours = (line.rstrip("\n").split("\t")[:11] for line in file)
        for their in theirs(journal):
            our = next(ours, None)
            count += 1
            if our != [str(field) for field in their]:
                differences += 1
                if differences < 10:
                    print("kusari ", our, "\ndissect", their)
        rest = sum(1 for _ in ours)
    print(f"{count} records of dissect, {rest} more of Kusari, {differences} differences")
    sys.exit(bool(differences or rest))


main(*sys.argv[1:])

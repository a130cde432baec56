#!/usr/bin/env python3
"""Holds a dump of a log file against ntfsrecover's.

    ntfs_log_dump '$LogFile' > ours.tsv
    ntfsrecover -f -n -v VOLUME > theirs.txt
    ntfs_log_compare.py theirs.txt ours.tsv
"""
import re
import sys

FIELDS = [
    ("client_previous_lsn", 3), ("client_undo_next_lsn", 4), ("transaction_id", 5),
    ("redo_operation", 6), ("undo_operation", 7), ("target_attribute", 8),
    ("record_offset", 9), ("attribute_offset", 10), ("cluster_index", 11), ("target_vcn", 12),
]


def data(action, which):
    found = re.search(rf"^{which} data \([^\n]*\n((?:[0-9a-f]{{4}}  [0-9a-f ]+[^\n]*\n)*)", action, re.M)
    if not found:
        return ""
    return "".join("".join(line[6:41].split()) for line in found[1].splitlines())


def theirs_of(path):
    text = open(path, errors="replace").read()
    for action in re.split(r"\n(?:\* log action|Overlapping record|\* block) ", text)[1:]:
        # What is said first is the record's own.
        fields = dict(reversed(re.findall(r"^([a-z_]+)\s+([0-9a-f]+)", action, re.M)))
        if "this_lsn" in fields:
            lcns = re.findall(r"^  \(\d+ offs 0x[0-9a-f]+\) lcn\s+([0-9a-f]+)", action, re.M)
            yield int(fields["this_lsn"], 16), fields, lcns, action


def main():
    ours = {}
    for line in open(sys.argv[2]):
        row = line.rstrip("\n").split("\t")
        ours[int(row[0], 16)] = row
    seen, fields_compared, stretches, differences = set(), 0, 0, 0
    for lsn, fields, lcns, action in theirs_of(sys.argv[1]):
        # The copies behind the restart pages hold records a second time.
        if lsn in seen:
            continue
        seen.add(lsn)
        row = ours.get(lsn)
        if row is None:
            continue
        if int(fields["record_type"], 16) == 2:
            differences += row[2] != "checkpoint"
            continue
        for name, column in FIELDS:
            fields_compared += 1
            differences += int(fields[name], 16) != int(row[column], 16)
        fields_compared += 1
        differences += [int(lcn, 16) for lcn in lcns] != [int(lcn, 16) for lcn in row[13].split(",") if lcn]
        if int(fields["lcns_to_follow"], 16) == 0:
            continue
        for which, column, length in (("redo", 16, "redo_length"), ("undo", 17, "undo_length")):
            shown, length = data(action, which), 2 * int(fields[length], 16)
            if shown and length:
                stretches += 1
                shown = shown[:length]
                differences += len(row[column]) != length or not row[column].startswith(shown)
    print(f"theirs {len(seen)}, ours {len(ours)}, only theirs {len(seen - set(ours))}, "
          f"only ours {len(set(ours) - seen)}; {fields_compared} fields, {stretches} stretches of data, "
          f"{differences} differences")


main()

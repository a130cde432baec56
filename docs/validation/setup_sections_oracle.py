#!/usr/bin/env python3
"""Reads a setupapi.dev.log by another method than Kusari: one regular expression over the whole
text. Prints start, end, title, subject and exit status, so that both can be compared:

    setup_sections_oracle.py LOG > a
    cargo run -p kusari-artifacts --example setup_sections -- LOG | cut -f1-4 > b
    cut -f1-4 a | diff - b
"""
import re
import sys

SECTION = re.compile(
    r"^>>>  \[(?P<head>.*)\]\n"
    r">>>  Section start (?P<start>[\d/]+ [\d:.]+)\n"
    r"(?P<body>(?:(?![<>]{3}  ).*\n)*)"
    r"<<<  Section end (?P<end>[\d/]+ [\d:.]+)\n"
    r"<<<  \[Exit status: (?P<status>.*)\]$",
    re.M,
)


def iso(stamp):
    return stamp.replace("/", "-").replace(" ", "T")


def main():
    text = open(sys.argv[1], "rb").read().decode("utf-8", "replace").replace("\r\n", "\n")
    for match in SECTION.finditer(text):
        title, _, subject = match["head"].partition(" - ")
        print(iso(match["start"]), iso(match["end"]), title, subject or "-", match["status"], sep="\t")


main()

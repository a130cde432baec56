#!/usr/bin/env python3
"""Holds what testdata/amagasaki/files.toml says against the images, as readers that are not Kusari's see them.

Usage: check-file-activity-with-others.py VOLUME=IMAGE@OFFSET...

Each VOLUME is one of files.toml's (dev-desktop/D), IMAGE the raw disk or volume, OFFSET the byte at which the
volume begins. dissect.ntfs reads the files, their times and the change journal; LnkParse3 the shortcuts;
rifiuti2 (rifiuti-vista) the recycle bins, if it is installed. Ends with 1 on any difference.
"""

import datetime
import io
import pathlib
import subprocess
import sys
import tempfile
import tomllib

import LnkParse3
from dissect.ntfs import NTFS
from dissect.ntfs.usnjrnl import UsnJrnl

differences = 0


def expect(what, wanted, found):
    global differences
    if wanted == found:
        print(f"ok: {what}: {found}")
    else:
        print(f"DIFFERENT: {what}: {found} instead of {wanted}")
        differences += 1


class Part(io.RawIOBase):
    """The volume inside its disk."""

    def __init__(self, path, start):
        self.file, self.start, self.at = open(path, "rb"), start, 0
        self.length = pathlib.Path(path).stat().st_size - start

    def readable(self):
        return True

    def seekable(self):
        return True

    def seek(self, to, whence=0):
        self.at = {0: to, 1: self.at + to, 2: self.length + to}[whence]
        return self.at

    def tell(self):
        return self.at

    def readinto(self, buffer):
        self.file.seek(self.start + self.at)
        count = self.file.readinto(buffer)
        self.at += count
        return count


def local(plan, time):
    """As files.toml writes it."""
    return (time + datetime.timedelta(hours=plan["hours-ahead"])).strftime("%Y-%m-%dT%H:%M:%S")


def place(file):
    if "recycled" not in file:
        return file["path"]
    bin = file["recycled"]
    return f"$Recycle.Bin\\{bin['sid']}\\$R{bin['id']}.bak"


def check(plan, volume, image, start):
    name = volume["id"]
    ntfs = NTFS(io.BufferedReader(Part(image, start)))
    get = lambda path: ntfs.mft.get(path.replace("\\", "/"))
    files = volume.get("file", [])
    opened = volume.get("opened", [])
    equal = 0
    for file in files:
        record = get(place(file))
        info = record.attributes.STANDARD_INFORMATION[0].attribute
        size = plan["contents"][file["content"]]["size"]
        facts = (local(plan, info.creation_time), local(plan, info.last_modification_time), record.size())
        equal += facts == (file["created"], file["modified"], size)
    expect(f"{name}: files with size and times (dissect.ntfs)", len(files), equal)

    equal, shortcuts = 0, [own for own in opened if "jump-list" not in own]
    recent = "Users\\{}\\AppData\\Roaming\\Microsoft\\Windows\\Recent"
    seen = {}
    for own in shortcuts:
        target = own["path"].rsplit("\\", 1)[1]
        key = (own["user"], target)
        seen[key] = seen.get(key, 0) + 1
        number = "" if seen[key] == 1 else f" ({seen[key]})"
        record = get(recent.format(own["user"]) + f"\\{target}{number}.lnk")
        with tempfile.NamedTemporaryFile(suffix=".lnk") as lnk:
            lnk.write(record.open().read())
            lnk.flush()
            with open(lnk.name, "rb") as stream:
                parsed = LnkParse3.lnk_file(stream, cp="cp932").get_json()
        info = record.attributes.STANDARD_INFORMATION[0].attribute
        place_ = parsed["link_info"]["location_info"]
        serial = int(str(place_["drive_serial_number"]), 16)
        path = parsed["link_info"].get("local_base_path_unicode") or parsed["link_info"]["local_base_path"]
        facts = (
            serial,
            path,
            parsed["header"]["file_size"],
            local(plan, parsed["header"]["modified_time"].replace(tzinfo=None)),
            local(plan, info.last_modification_time),
        )
        size = plan["contents"][own["content"]]["size"]
        wanted = (int(own["serial"], 16), own["path"], size, own["modified"], own["last"])
        if facts == wanted:
            equal += 1
        else:
            print(facts, wanted)
    if shortcuts:
        expect(f"{name}: shortcuts (LnkParse3)", len(shortcuts), equal)

    recycled = [file for file in files if "recycled" in file]
    if recycled:
        equal = 0
        for file in recycled:
            bin = file["recycled"]
            record = get(f"$Recycle.Bin\\{bin['sid']}\\$I{bin['id']}.bak")
            with tempfile.TemporaryDirectory() as folder:
                path = pathlib.Path(folder) / f"$I{bin['id']}.bak"
                path.write_bytes(record.open().read())
                try:
                    done = subprocess.run(
                        ["rifiuti-vista", str(path)], capture_output=True, text=True
                    )
                except FileNotFoundError:
                    print("not here: rifiuti-vista; the bins are left out")
                    break
            wanted = volume["drive"] + "\\" + file["path"]
            equal += wanted in done.stdout and str(plan["contents"][file["content"]]["size"]) in done.stdout
        else:
            expect(f"{name}: recycle bins (rifiuti2)", len(recycled), equal)

    if "journal-from" in volume:
        journal = UsnJrnl(get("$Extend/$UsnJrnl").open("$J"), ntfs)
        made = {}
        for record in journal.records():
            if record.Reason & 0x100 and not record.Reason & 0x80000000:
                reference = record.FileReferenceNumber
                time = record.timestamp.replace(tzinfo=None)
                made.setdefault((reference.SegmentNumberLowPart, reference.SequenceNumber), local(plan, time))
        since = [file for file in files if file["created"] >= volume["journal-from"]]
        equal = 0
        for file in since:
            record = get(place(file))
            key = (record.segment, record.header.SequenceNumber)
            equal += made.get(key) == file["created"]
        expect(f"{name}: creations in the journal, by file reference (dissect.ntfs)", len(since), equal)


def main():
    here = pathlib.Path(__file__).parent / "amagasaki"
    plan = tomllib.loads((here / "files.toml").read_text(encoding="utf-8"))
    volumes = {volume["id"]: volume for volume in plan["volume"]}
    for argument in sys.argv[1:]:
        name, image = argument.split("=", 1)
        path, start = image.rsplit("@", 1)
        check(plan, volumes[name], path, int(start))
    print(f"{differences} differences")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())

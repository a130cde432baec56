#!/usr/bin/env python3
"""Holds Kusari's reading of shortcuts and jump lists against other people's readers, value by value.

Usage:
  cargo run -p kusari-artifacts --example shell_records -- FILE... > records.jsonl
  check-shortcuts-with-others.py records.jsonl

Needs LnkParse3, pylnk3, liblnk-python, libfwsi-python and olefile (PyPI). A reader that fails on a
file is counted as such; a value that differs is printed."""

import collections
import datetime
import io
import json
import struct
import sys

import LnkParse3
import olefile
import pyfwsi
import pylnk
import pylnk3

EPOCH = datetime.datetime(1601, 1, 1, tzinfo=datetime.timezone.utc)
same, differs, failed = collections.Counter(), collections.Counter(), collections.Counter()


def ticks_to_micro(ticks):
    return None if ticks is None else ticks // 10


def date_to_micro(date):
    if date is None:
        return None
    if date.tzinfo is None:
        date = date.replace(tzinfo=datetime.timezone.utc)
    delta = date - EPOCH
    return (delta.days * 86400 + delta.seconds) * 1000000 + delta.microseconds


def compare(reader, file, what, ours, theirs):
    if (ours or None) == (theirs or None):
        same[reader] += 1
    else:
        differs[reader, what] += 1
        print(f"{reader}\t{file}\t{what}\tours {ours!r}\ttheirs {theirs!r}")


def preferred(dual):
    return None if dual is None else (dual[1] or dual[0])


def guid(text):
    return text.strip("{}").lower() if text else text


def with_lnkparse3(file, data, ours):
    try:
        with_json = LnkParse3.lnk_file(io.BytesIO(data)).get_json(get_all=True)
    except Exception as error:
        failed["LnkParse3", type(error).__name__] += 1
        return
    head, info, extra = with_json["header"], with_json.get("link_info") or {}, with_json["extra"]
    check = lambda what, a, b: compare("LnkParse3", file, what, a, b)
    check("flags", ours["flags"], head["r_link_flags"])
    check("attributes", ours["attributes"], head["r_file_flags"])
    for key, name in (("created", "creation_time"), ("accessed", "accessed_time"), ("modified", "modified_time")):
        mine, theirs = ticks_to_micro(ours[key]), date_to_micro(head[name])
        # It goes through a float, which takes up to a microsecond.
        rounded = mine is not None and theirs is not None and mine != theirs and abs(mine - theirs) <= 1
        check(key + (" (rounded)" if rounded else ""), theirs if rounded else mine, theirs)
        same["LnkParse3, a time rounded by up to 1 us"] += rounded
    check("size", ours["size"], head["file_size"])
    check("icon_index", ours["icon_index"] & 0xFFFFFFFF, head["icon_index"] & 0xFFFFFFFF)
    strings = with_json["data"]
    for key, name in (("name", "description"), ("relative_path", "relative_path"),
                      ("working_directory", "working_directory"), ("arguments", "command_line_arguments"),
                      ("icon_location", "icon_location")):
        check(key, ours[key], strings.get(name))
    volume = info.get("location_info", {}) if info.get("location") == "Local" else {}
    if ours["volume"] and volume:
        check("serial", f"0x{ours['volume']['serial']:x}", volume.get("drive_serial_number"))
        check("drive type", ours["volume"]["drive_type"], volume.get("r_drive_type"))
        check("label", preferred(ours["volume"]["label"]), volume.get("volume_label"))
    tracker = extra.get("DISTRIBUTED_LINK_TRACKER_BLOCK")
    mine = ours["tracker"]
    check("tracker there", mine is not None, tracker is not None)
    if mine and tracker:
        check("machine", mine["machine"], tracker["machine_identifier"])
        pairs = [("droid volume", mine["droid"][0], "droid_volume_identifier"),
                 ("droid file", mine["droid"][1], "droid_file_identifier"),
                 ("birth volume", mine["birth"][0], "birth_droid_volume_identifier"),
                 ("birth file", mine["birth"][1], "birth_droid_file_identifier")]
        for what, a, name in pairs:
            check(what, guid(a), guid(tracker[name]))
    known = extra.get("KNOWN_FOLDER_LOCATION_BLOCK")
    if ours["known_folder"] and known:
        check("known folder", guid(ours["known_folder"][0]), guid(known["known_folder_id"]))
    special = extra.get("SPECIAL_FOLDER_LOCATION_BLOCK")
    if ours["special_folder"] and special:
        check("special folder", ours["special_folder"][0], special["special_folder_id"])
    environment = extra.get("ENVIRONMENTAL_VARIABLES_LOCATION_BLOCK")
    if ours["environment"] and environment:
        check("environment", ours["environment"][1], environment["target_unicode"])
    darwin = extra.get("DARWIN_BLOCK")
    if ours["darwin"] and darwin:
        check("darwin", ours["darwin"][1], darwin["darwin_data_unicode"])


def with_liblnk(file, data, ours):
    link = pylnk.file()
    try:
        link.set_ascii_codepage("cp1252")
        link.open_file_object(io.BytesIO(data))
    except Exception as error:
        failed["liblnk", type(error).__name__] += 1
        return
    check = lambda what, a, b: compare("liblnk", file, what, a, b)
    check("attributes", ours["attributes"], link.get_file_attribute_flags())
    check("created", ours["created"], link.get_file_creation_time_as_integer())
    check("accessed", ours["accessed"], link.get_file_access_time_as_integer())
    check("modified", ours["modified"], link.get_file_modification_time_as_integer())
    check("size", ours["size"], link.get_file_size())
    check("icon_index", ours["icon_index"] & 0xFFFFFFFF, link.get_icon_index())
    check("show", ours["show"], link.get_show_window_value())
    check("hot_key", ours["hot_key"], link.get_hot_key_value())
    volume = ours["volume"] or {}
    check("drive type", volume.get("drive_type"), link.get_drive_type())
    check("serial", volume.get("serial"), link.get_drive_serial_number())
    check("label", preferred(volume.get("label")), link.get_volume_label())
    check("local path", ours["local_path"], link.get_local_path())
    check("network path", ours["network_path"], link.get_network_path())
    for key, theirs in (("name", link.get_description()), ("relative_path", link.get_relative_path()),
                        ("working_directory", link.get_working_directory()),
                        ("arguments", link.get_command_line_arguments()),
                        ("icon_location", link.get_icon_location()),
                        ("environment", link.get_environment_variables_location())):
        check(key, preferred(ours[key]) if key == "environment" else ours[key], theirs)
    mine = ours["tracker"] or {}
    check("machine", mine.get("machine"), link.get_machine_identifier())
    droid, birth = mine.get("droid") or [None, None], mine.get("birth") or [None, None]
    check("droid volume", guid(droid[0]), link.get_droid_volume_identifier())
    check("droid file", guid(droid[1]), link.get_droid_file_identifier())
    check("birth volume", guid(birth[0]), link.get_birth_droid_volume_identifier())
    check("birth file", guid(birth[1]), link.get_birth_droid_file_identifier())
    items = link.get_link_target_identifier_data()
    if ours["target"] and items:
        with_libfwsi(file, items, ours["target"])


def fat(value):
    """A FAT date and time as libfwsi gives it: the date in the lower half."""
    if not value:
        return None
    date, time = value & 0xFFFF, value >> 16
    try:
        made = datetime.datetime(1980 + (date >> 9), date >> 5 & 15, date & 31, time >> 11, time >> 5 & 63,
                                 (time & 31) * 2)
    except ValueError:
        return None
    return made.isoformat() + "Z"


def with_libfwsi(file, data, ours):
    items = pyfwsi.item_list()
    try:
        items.copy_from_byte_stream(data, ascii_codepage="cp1252")
    except Exception as error:
        failed["libfwsi", type(error).__name__] += 1
        return
    theirs = list(items.items)
    check = lambda what, a, b: compare("libfwsi", file, what, a, b)
    check("items", len(ours["items"]), len(theirs))
    for mine, item in zip(ours["items"], theirs):
        check("class", mine["class"], item.class_type)
        if isinstance(item, pyfwsi.file_entry):
            check("primary name", mine["primary"], item.name)
            check("size", mine["size"], item.file_size)
            check("attributes", mine["attributes"], item.file_attribute_flags)
            check("modified", mine["modified"], fat(item.get_modification_time_as_integer()))
            for block in item.extension_blocks:
                if isinstance(block, pyfwsi.file_entry_extension):
                    check("long name", mine["long_name"], block.long_name)
                    check("localised name", mine["localised"], block.localized_name)
                    check("created", mine["created"], fat(block.get_creation_time_as_integer()))
                    check("accessed", mine["accessed"], fat(block.get_access_time_as_integer()))
                    reference = block.file_reference
                    mine_ref = mine["file_reference"]
                    check("file reference", mine_ref and mine_ref[0] | mine_ref[1] << 48, reference)
        check("extension blocks", len(mine["extensions"]), item.number_of_extension_blocks)


def with_pylnk3(file, data, ours):
    try:
        link = pylnk3.Lnk(io.BytesIO(data))
    except Exception as error:
        failed["pylnk3", type(error).__name__] += 1
        return
    check = lambda what, a, b: compare("pylnk3", file, what, a, b)
    check("size", ours["size"], link.file_size)
    check("arguments", ours["arguments"], link.arguments)
    check("working_directory", ours["working_directory"], link.work_dir)
    check("relative_path", ours["relative_path"], link.relative_path)
    check("name", ours["name"], link.description)
    check("icon_location", ours["icon_location"], link.icon)
    info = link.link_info
    if info is not None and ours["volume"] and getattr(info, "local", None):
        check("serial", ours["volume"]["serial"], info.drive_serial)


def every(file, data, ours):
    with_lnkparse3(file, data, ours)
    with_liblnk(file, data, ours)
    with_pylnk3(file, data, ours)


def automatic(file, path, ours):
    """Streams through olefile, entries by offsets from the dtformats documentation."""
    storage = olefile.OleFileIO(path)
    names = {"/".join(name) for name in storage.listdir()}
    data = storage.openstream("DestList").read() if "DestList" in names else b""
    check = lambda what, a, b: compare("DestList", file, what, a, b)
    entries = [item["entry"] for item in ours["items"] if item["entry"]]
    at = 32
    if data:
        version, count, pinned = struct.unpack_from("<3I", data)
        check("version", ours["dest_list"]["version"], version)
        check("count", len(entries), count)
        check("pinned", sum(entry["pin"] >= 0 for entry in entries), pinned)
    for mine in entries:
        check("host", mine["host"], data[at + 72:at + 88].split(b"\0")[0].decode("ascii"))
        check("number", mine["number"], struct.unpack_from("<I", data, at + 88)[0])
        check("time", mine["last_access"], struct.unpack_from("<Q", data, at + 100)[0])
        check("pin", mine["pin"], struct.unpack_from("<i", data, at + 108)[0])
        place, behind = (112, 0) if version == 1 else (128, 4)
        if version > 1:
            check("access count", mine["access_count"], struct.unpack_from("<I", data, at + 116)[0])
        length = struct.unpack_from("<H", data, at + place)[0] * 2
        text = data[at + place + 2:at + place + 2 + length].decode("utf-16-le", "replace")
        check("path", mine["path"], text)
        at += place + 2 + length + behind
    if data:
        check("end", len(data), at)
    for item in ours["items"]:
        if item["entry"]:
            name = f"{item['entry']['number']:x}"
            check("shortcut there", item["shortcut"] is not None, name in names)
            if item["shortcut"]:
                every(f"{file}/{name}", storage.openstream(name).read(), item["shortcut"])
    check("streams", len([item for item in ours["items"] if item["shortcut"]]), len(names - {"DestList"}))


def main():
    counts = collections.Counter()
    for line in open(sys.argv[1], encoding="utf-8"):
        ours = json.loads(line)
        path = ours["file"]
        file = "/".join(path.split("/")[-2:])
        data = open(path, "rb").read()
        if ours.get("shortcut"):
            counts["shortcut files"] += 1
            every(file, data, ours["shortcut"])
        elif "items" in ours:
            counts["automatic lists"] += 1
            counts["shortcuts in automatic lists"] += sum(item["shortcut"] is not None for item in ours["items"])
            automatic(file, path, ours)
        elif "categories" in ours:
            counts["custom lists"] += 1
            for category in ours["categories"]:
                for item in category["items"]:
                    counts["shortcuts in custom lists"] += 1
                    begin, length = item["locator"].removeprefix("bytes:0x").split("+")
                    begin = int(begin, 16)
                    every(f"{file}@{begin:#x}", data[begin:begin + int(length)], item["shortcut"])
    print(dict(counts))
    print("same", dict(same))
    print("differs", dict(differs))
    print("failed", dict(failed))


main()

"""Holds the typed fields of a Windows timeline against Python's sqlite3, json and urllib.

    cargo run -p kusari-artifacts --example timeline_rows -- ACTIVITIESCACHE > rows
    python3 docs/validation/timeline_compare.py COPY_OF_ACTIVITIESCACHE rows

The library writes: give it a copy, with its -wal.
"""

import json
import sqlite3
import sys
import urllib.parse
import urllib.request

SHELL = "ECB32AF3-1440-4086-94E3-5311F97F89C4\\"


def identity(blob):
    return None if blob is None or not any(blob) else blob.hex()


def payload(raw):
    try:
        fields = json.loads(raw)
        return fields if isinstance(fields, dict) else {}
    except ValueError:
        return {}


def activity(table, row):
    fields = payload(row["Payload"] or b"")
    names = ("displayText", "description", "appDisplayName", "contentUri", "activationUri",
             "reportingApp", "type", "userTimezone", "clipboardDataId")
    own = row["AppActivityId"] or ""
    uri = urllib.parse.urlsplit(fields.get("contentUri") or "")
    query = urllib.parse.parse_qs(uri.query)
    file = None
    if own.startswith(SHELL):
        file = own[len(SHELL):]
    elif uri.scheme == "file":
        file = urllib.parse.unquote(uri.path).lstrip("/").replace("/", "\\")
    return {
        "table": table,
        "id": identity(row["Id"]),
        "parent": identity(row["ParentActivityId"]),
        "applications": [[one["application"], one["platform"]]
                         for one in json.loads(row["AppId"]) if one["application"]],
        "app_activity_id": own or None,
        "type": row["ActivityType"],
        "status": row["ActivityStatus" if table == "Activity" else "OperationType"],
        "group": row["Group"] or None,
        "tag": row["Tag"] or None,
        "times": [row[name] or 0 for name in (
            "StartTime", "EndTime", "LastModifiedTime", "LastModifiedOnClient",
            "ExpirationTime", "CreatedInCloud")],
        "local": bool(row["IsLocalOnly"]) if table == "Activity" else None,
        "device": row["PlatformDeviceId"] or None,
        "etag": row["ETag"],
        "payload": [fields.get(name) for name in names],
        "seconds": fields.get("activeDurationSeconds"),
        "payload_length": len(row["Payload"] or b""),
        "file": file,
        "object": query.get("ObjectId", [None])[0],
    }


def main():
    database, rows = sys.argv[1:]
    connection = sqlite3.connect(database)
    connection.row_factory = sqlite3.Row
    theirs = []
    for table in ("ActivityOperation", "Activity"):
        for row in connection.execute(f"select * from {table} not indexed"):
            theirs.append(activity(table, row))
    for row in connection.execute("select * from Activity_PackageId not indexed"):
        theirs.append({
            "table": "Activity_PackageId",
            "id": identity(row["ActivityId"]),
            "platform": row["Platform"],
            "name": row["PackageName"],
            "times": [row["ExpirationTime"] or 0],
        })
    ours = [json.loads(line) for line in open(rows, encoding="utf-8")]
    differ = abs(len(ours) - len(theirs))
    fields = 0
    for mine, their in zip(ours, theirs):
        fields += len(their)
        for name in their:
            if mine.get(name) != their[name]:
                differ += 1
                print(f"{their['id']} {name}: {mine.get(name)!r} and {their[name]!r}")
    print(f"{len(theirs)} rows, {fields} fields, {differ} differ")
    return 1 if differ else 0


sys.exit(main())

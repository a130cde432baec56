#!/bin/sh
# Holds Kusari's reading of recycle bins against rifiuti2, value by value.
# Usage: check-recycle-bin-with-others.sh FOLDER...   ($I files and INFO2* in them)
set -eu
records=$(mktemp)
trap 'rm -f "$records"' EXIT
find "$@" -type f \( -name '$I*' -o -name 'INFO*' \) -print0 | sort -z |
  xargs -0 cargo run -q -p kusari-artifacts --example shell_records -- >"$records"
python3 - "$records" <<'EOF'
import datetime, json, subprocess, sys

same = differs = 0
for line in open(sys.argv[1], encoding="utf-8"):
    ours = json.loads(line)
    path = ours["file"]
    program = "rifiuti-vista" if "deleted" in ours else "rifiuti2"
    run = subprocess.run([program, "-n", "-t", "\t", path], capture_output=True, text=True,
                         env={"LC_ALL": "C.UTF-8", "TZ": "UTC", "PATH": "/usr/bin:/bin"})
    rows = [row.split("\t") for row in run.stdout.splitlines()]
    mine = [ours["deleted"]] if "deleted" in ours else ours["records"]
    mine = [one for one in mine if one]
    pairs = list(zip(mine, rows))
    if len(mine) != len(rows):
        differs += 1
        print(path, len(mine), "records here,", len(rows), "there", run.stderr)
    for one, row in pairs:
        time = datetime.datetime(1601, 1, 1) + datetime.timedelta(microseconds=one["time"] // 10)
        if "deleted" in ours:
            wanted = [path.rsplit("/", 1)[1], time.strftime("%Y-%m-%d %H:%M:%S"), str(one["size"]), one["path"]]
            found = [row[0], row[1], row[-2], row[-1]]
        else:
            wanted = [str(one["number"]), time.strftime("%Y-%m-%d %H:%M:%S"), "Yes" if one["gone"] else "No",
                      str(one["size"]), one["path"]]
            found = row
        for a, b in zip(wanted, found):
            if a == b:
                same += 1
            else:
                differs += 1
                print(path, "ours", repr(a), "theirs", repr(b))
print("same", same, "differs", differs)
EOF

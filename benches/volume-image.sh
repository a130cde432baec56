#!/bin/bash
# Makes the image of a full Windows volume, for measuring: benches/volume-image.sh FOLDER [FILES] [MEBIBYTES]
#
# FOLDER/volume.dd: a disk of 64 GiB (sparse) with one NTFS volume that holds FILES files (300000)
# in a tree like that of Windows, MEBIBYTES (2048) of event logs, and the hives, logs and users of
# the recorded incident's desktop. Needs root, /dev/fuse, mkntfs, ntfs-3g, sfdisk, cargo.
set -euo pipefail
export LC_ALL=C.UTF-8
here=$(cd "$(dirname "$0")/.." && pwd)
[ $# -ge 1 ] || { sed -n 2,6p "$0" >&2; exit 2; }
mkdir -p "$1"
out=$(cd "$1" && pwd) files=${2:-300000} mebibytes=${3:-2048}
evidence=$here/testdata/amagasaki/evidence/dev-desktop/C
work=$(mktemp -d)
mount=$work/mount
mkdir "$mount"
trap 'mountpoint -q "$mount" && fusermount -u "$mount"; rm -rf "$work"' EXIT

start=$((1024 * 1024)) size=$((64 * 1024 * 1024 * 1024))
truncate -s $((size - 2 * start)) "$work/volume"
mkntfs -F -Q -q -T -p $((start / 512)) -H 255 -S 63 "$work/volume" &>/dev/null
ntfs-3g -o noatime,big_writes "$work/volume" "$mount"

cp -r "$evidence/." "$mount/"
logs=$mount/Windows/System32/winevt/Logs
(cd "$here" && cargo run --quiet --release -p kusari-fixtures --example large_event_logs -- \
    "$work/logs" "$mebibytes")
# The incident's own Security and System logs stand beside the large ones.
for log in Security System; do mv "$logs/$log.evtx" "$logs/Archive-$log-2022-07-07.evtx"; done
cp "$work"/logs/* "$logs/"
rm -rf "$work/logs"

# A tree with folders of about 30 files, as that of Windows has.
python3 - "$mount" "$files" <<'PYTHON'
import os, sys
root, count = sys.argv[1], int(sys.argv[2])
tops = ["Windows/WinSxS", "Windows/servicing/Packages", "Program Files", "ProgramData",
        "Users/Administrator/AppData/Local", "Users/Administrator/Documents"]
made = 0
while made < count:
    folder = made // 30
    path = os.path.join(root, tops[folder % len(tops)], f"component-{folder % 977:03}",
                        f"amd64_kusari-test_31bf3856ad364e35_10.0.19041.{folder}_none")
    os.makedirs(path, exist_ok=True)
    for number in range(min(30, count - made)):
        with open(os.path.join(path, f"file-{number:02}-{folder}.dll"), "wb") as file:
            # One in ten is larger than what fits into its record.
            file.write(b"x" * (5000 if number % 10 == 0 else 40))
        made += 1
PYTHON
fusermount -u "$mount"

rm -f "$out/volume.dd"
truncate -s "$size" "$out/volume.dd"
printf 'label: dos\nlabel-id: 0x4fa1b20c\nstart=%d, size=%d, type=7\n' \
    $((start / 512)) $(((size - 2 * start) / 512)) | sfdisk -q "$out/volume.dd"
dd if="$work/volume" of="$out/volume.dd" bs=1M oflag=seek_bytes seek=$start conv=notrunc,sparse status=none
ls -ls "$out/volume.dd"

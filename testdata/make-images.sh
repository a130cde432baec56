#!/bin/bash
# Writes the recorded incident once more as disk images: testdata/make-images.sh OUT
#
# From testdata/amagasaki/evidence and files.toml it makes what testdata/amagasaki/images holds
# (README.md beside this script says what that is), and holds every file inside against the one in the
# folder.
# Needs root, /dev/fuse and the programs that it asks for below. All identifiers and file times are
# fixed; what ewfacquire and qemu-img add (time of acquisition, identifiers of VHDX) is not.
set -euo pipefail
export LC_ALL=C.UTF-8 TZ=Asia/Tokyo

here=$(cd "$(dirname "$0")" && pwd)
evidence=$here/amagasaki/evidence
scenario=$here/amagasaki/scenario.toml
plan=$here/amagasaki/files.toml
[ $# -eq 1 ] || { echo "usage: make-images.sh OUT" >&2; exit 2; }

missing=()
for program in mkntfs ntfs-3g ntfscat fusermount setfattr sfdisk qemu-img ewfacquire ewfverify \
    mkfs.vfat zip mcopy mmd mdel mdeltree ntfscp cargo; do
    command -v "$program" >/dev/null || missing+=("$program")
done
[ -w /dev/fuse ] || missing+=("/dev/fuse, writable")
[ "$(id -u)" -eq 0 ] || missing+=("root (ntfs-3g mounts)")
if [ ${#missing[@]} -gt 0 ]; then
    printf 'make-images.sh needs what is not here: %s\n' "${missing[@]}" >&2
    exit 2
fi

mkdir -p "$1"
out=$(cd "$1" && pwd)
work=$(mktemp -d)
mount=$work/mount
mkdir "$mount"
trap 'mountpoint -q "$mount" && fusermount -u "$mount"; rm -rf "$work"' EXIT

fixture() { # fixture PROGRAM ARGUMENT...
    local program=$1
    shift
    (cd "$here" && cargo run --quiet --release -p kusari-fixtures $program -- "$@")
}

# ---- NTFS

# Local time to the sixteen hexadecimal digits of a FILETIME.
filetime() { printf '%016x' $((($(date -d "$1" +%s) + 11644473600) * 10000000)); }

# set_times BORN CHANGED: creation, and change, access and entry change of all below the mount.
set_times() {
    local born changed
    born=$(filetime "$1") changed=$(filetime "$2")
    find "$mount" -depth -exec setfattr -n system.ntfs_times_be \
        -v "0x$born$changed$changed$changed" {} +
}

# new_volume FILE BYTES FIRST-SECTOR LABEL SERIAL
new_volume() {
    rm -f "$1"
    truncate -s "$2" "$1"
    mkntfs -F -Q -q -T -s 512 -p "$3" -H 255 -S 63 ${4:+-L "$4"} "$1" &>/dev/null
    # The serial number stands in the boot sector and in its copy in the last sector.
    local bytes=''
    for ((at = 14; at >= 0; at -= 2)); do bytes+="\\x${5:$at:2}"; done
    for place in 72 $(($2 - 512 + 72)); do
        printf "$bytes" | dd of="$1" bs=1 seek="$place" conv=notrunc status=none
    done
}

# in_volume FILE [OPTION]: mounts; `done_in_volume` unmounts.
in_volume() { ntfs-3g -o "noatime${2:+,$2}" "$1" "$mount"; }
done_in_volume() { fusermount -u "$mount"; }

# Copies a tree in an order that does not depend on the disk it lies on. Files that are there keep
# their clusters, as those of Windows do that are written in place.
copy_tree() {
    (cd "$1" && find . -mindepth 1 -type d | sort) | while read -r folder; do
        mkdir -p "$mount/$folder"
    done
    (cd "$1" && find . -type f | sort) | while read -r file; do
        dd if="$1/$file" of="$mount/$file" bs=64K conv=notrunc status=none
        truncate -r "$1/$file" "$mount/$file"
    done
}

# lay_files VOLUME: the files that files.toml has for the volume, into the one that is mounted.
lay_files() {
    local laid=$work/laid/$1 path created modified
    if [ ! -d "$laid" ]; then
        mkdir -p "$laid"
        fixture "--bin kusari-file-activity" lay "$plan" "$1" "$laid"
    fi
    copy_tree "$laid/files"
    while IFS=$'\t' read -r path created modified; do
        setfattr -n system.ntfs_times_be \
            -v "0x$(filetime "$created")$(filetime "$modified")$(filetime "$created")$(filetime "$created")" \
            "$mount/$path"
    done <"$laid/times"
}

# write_journal VOLUME FILE: the change journal, once the volume knows the files' numbers. Its older part
# was cut off: it begins behind a hole.
write_journal() {
    local journal=$work/journal/$1 start
    mkdir -p "$journal"
    start=$(fixture "--bin kusari-file-activity" journal "$plan" "$1" "$2" "$journal")
    : >"$journal/empty"
    ntfscp -q -f "$2" "$journal/empty" '/$Extend/$UsnJrnl' 2>/dev/null
    ntfscp -q -f -N '$Max' "$2" "$journal/Max" '/$Extend/$UsnJrnl' 2>/dev/null
    ntfscp -q -f -N '$J' "$2" "$journal/empty" '/$Extend/$UsnJrnl' 2>/dev/null
    in_volume "$2" show_sys_files,streams_interface=windows
    dd if="$journal/J" of="$mount/\$Extend/\$UsnJrnl:\$J" bs=4096 oflag=seek_bytes seek="$start" \
        conv=notrunc status=none
    done_in_volume
    ntfscat -f -n '$J' "$2" '/$Extend/$UsnJrnl' | tail -c +$((start + 1)) | cmp - "$journal/J"
}

# check_volume FILE FOLDER: every file inside is the one in the folder, as ntfscat reads it.
check_volume() {
    local count=0 path
    while read -r path; do
        [ "$(ntfscat -f "$1" "/$path" | sha256sum)" = "$(sha256sum <"$2/$path")" ] || {
            echo "$path in $1 is not the one in $2" >&2
            exit 1
        }
        count=$((count + 1))
    done < <(cd "$2" && find . -type f | sed 's,^\./,,' | sort)
    echo "$(basename "$1"): $count files equal those of ${2#"$here"/}"
}

# ---- Disks

# new_disk FILE BYTES SIGNATURE, then lines for sfdisk
new_disk() {
    truncate -s "$2" "$1"
    (printf 'label: dos\nlabel-id: 0x%s\n' "$3" && cat) | sfdisk -q "$1"
}

# put VOLUME DISK BYTE: into the disk, zeros left out.
put() { dd if="$1" of="$2" bs=64K oflag=seek_bytes seek="$3" conv=notrunc,sparse status=none; }

mib=$((1024 * 1024))

# ---- Benefits server: E01 in segments, MBR, NTFS, and a BitLocker volume behind it.

benefits_server() {
    local start=525336576 size=$((12 * mib)) behind=$((2 * mib - 64 * 1024))
    new_volume "$work/benefits-c" $size $((start / 512)) "" 54A2E60BA2E5F1C8
    in_volume "$work/benefits-c"
    copy_tree "$evidence/benefits-server/C"
    mkdir -p "$mount/Users/Administrator/AppData/Roaming/Microsoft/Windows/Recent"
    set_times "2020-11-16 10:22:31" "2022-07-07 15:08:00"
    lay_files benefits-server/C
    done_in_volume
    check_volume "$work/benefits-c" "$evidence/benefits-server/C"

    # The second volume: a few made-up files.
    new_volume "$work/benefits-d" $behind $(((start + size) / 512)) DATA 2E40B17C40B14A51
    in_volume "$work/benefits-d"
    mkdir -p "$mount/backup/20220621"
    echo "Made up for tests. The server's nightly backup would lie here." >"$mount/backup/readme.txt"
    echo "01:00:00 backup begins; 01:00:09 backup ends" >"$mount/backup/20220621/backup.log"
    mkdir -p "$work/benefits-d-files"
    cp -r "$mount/backup" "$work/benefits-d-files/"
    set_times "2020-11-16 11:02:10" "2022-06-21 01:00:09"
    lay_files benefits-server/D
    done_in_volume
    check_volume "$work/benefits-d" "$work/benefits-d-files"
    fixture "--example bitlocker_volume" "$work/benefits-d" "$work/benefits-d-locked" \
        --recovery "$recovery_key" --description "KYUFU-SV01 D: 2020/11/16" --seed 54 >/dev/null

    new_disk "$work/benefits" $((start + size + behind + mib)) 19c7aa40 <<TABLE
start=$((start / 512)), size=$((size / 512)), type=7
start=$(((start + size) / 512)), size=$((behind / 512)), type=7
TABLE
    put "$work/benefits-c" "$work/benefits" $start
    put "$work/benefits-d-locked" "$work/benefits" $((start + size))
    rm -f "$out"/benefits-server.E*
    ewfacquire -q -u -c best -d sha1 -f encase6 -S $((5 * mib / 4)) -C amagasaki -E benefits-server \
        -D "Benefits server" -e "kusari testdata" -N "Made-up evidence" -t "$out/benefits-server" \
        "$work/benefits" >/dev/null
    [ -e "$out/benefits-server.E02" ] || { echo "benefits-server.E01 was not split" >&2; exit 1; }
    ewfverify -q "$out/benefits-server.E01" >/dev/null
}

recovery_key=271293-618035-098406-352869-570482-134761-489038-215622

# ---- Development desktop: VHDX in a zip, with a shadow copy of January.

development_desktop() {
    local start=122683392 size=$((11 * mib)) store='{5c1a7e90-798b-11ec-8f3e-04922615a3c0}'
    local catalog='{3808876b-c176-4e48-b7ae-04046e6cc752}'
    local files=$evidence/dev-desktop/C then=$work/shadow-copies/dev-desktop/1/C
    local image=$work/desktop-c system="System Volume Information"
    fixture "--bin kusari-scenario" "$scenario" --shadow-copies "$work/shadow-copies"
    fixture "--bin kusari-shadow-copy" placeholder catalog 65536 "$work/catalog"
    fixture "--bin kusari-shadow-copy" placeholder "$store" $((2 * mib)) "$work/store"

    new_volume "$image" $size $((start / 512)) "" 2C8E5A708E5A3412
    in_volume "$image"
    mkdir "$mount/$system"
    cat "$work/catalog" >"$mount/$system/$catalog"
    cat "$work/store" >"$mount/$system/$store$catalog"
    copy_tree "$then"
    set_times "2021-08-19 13:40:12" "2022-01-20 12:00:03"
    done_in_volume
    check_volume "$image" "$then"
    cp "$image" "$image-then"

    in_volume "$image"
    copy_tree "$files"
    set_times "2021-08-19 13:40:12" "2022-07-07 11:03:00"
    lay_files dev-desktop/C
    done_in_volume
    write_journal dev-desktop/C "$image"
    fixture "--bin kusari-shadow-copy" write "$image" "$image-now" --then "$image-then" \
        --store "$store" --created 2022-01-20T03:00:03Z --machine KAIHATSU-DT01
    check_volume "$image-now" "$files"

    new_disk "$work/desktop" $((start + size + mib)) 4fa1b20c <<TABLE
start=$((start / 512)), size=$((size / 512)), type=7
TABLE
    put "$image-now" "$work/desktop" $start
    qemu-img convert -f raw -O vhdx -o subformat=dynamic,block_size=1M "$work/desktop" \
        "$work/dev-desktop.vhdx"
    qemu-img compare -q -f raw "$work/desktop" "$work/dev-desktop.vhdx"
    # A VHDX is not compressed by itself.
    touch -d "2022-07-07 11:20:00" "$work/dev-desktop.vhdx"
    rm -f "$out/dev-desktop.zip"
    (cd "$work" && zip -q -9 -X "$out/dev-desktop.zip" dev-desktop.vhdx)

    # The second disk, D:.
    local data=$((3 * mib))
    new_volume "$work/desktop-d" $data $((mib / 512)) DATA 88D104A2D1049764
    in_volume "$work/desktop-d"
    set_times "2021-08-19 14:02:55" "2022-07-07 10:58:00"
    lay_files dev-desktop/D
    done_in_volume
    write_journal dev-desktop/D "$work/desktop-d"
    new_disk "$work/desktop-disk-d" $((data + 2 * mib)) 4fa1b8e3 <<TABLE
start=$((mib / 512)), size=$((data / 512)), type=7
TABLE
    put "$work/desktop-d" "$work/desktop-disk-d" $mib
    qemu-img convert -f raw -O qcow2 -c "$work/desktop-disk-d" "$out/dev-desktop-d.qcow2"
    qemu-img compare -q -f raw "$work/desktop-disk-d" "$out/dev-desktop-d.qcow2"
}

# ---- Call-centre server: VMDK, compressed.

call_centre_server() {
    local start=525336576 size=$((12 * mib))
    new_volume "$work/call-centre-c" $size $((start / 512)) "" A0F1D2E3F1D2B95C
    in_volume "$work/call-centre-c"
    copy_tree "$evidence/call-centre-server/C"
    set_times "2022-01-24 11:08:54" "2022-07-21 14:00:00"
    lay_files call-centre-server/C
    done_in_volume
    write_journal call-centre-server/C "$work/call-centre-c"
    check_volume "$work/call-centre-c" "$evidence/call-centre-server/C"
    new_disk "$work/call-centre" $((start + size + mib)) e81f3b06 <<TABLE
start=$((start / 512)), size=$((size / 512)), type=7
TABLE
    put "$work/call-centre-c" "$work/call-centre" $start
    qemu-img convert -f raw -O vmdk -o subformat=streamOptimized "$work/call-centre" \
        "$out/call-centre-server.vmdk"
    qemu-img compare -q -f raw "$work/call-centre" "$out/call-centre-server.vmdk"
}

# ---- Development notebook: the volume alone, raw in parts of a mebibyte; its event logs are
# compressed by NTFS.

development_notebook() {
    local start=290455552 size=$((6 * mib))
    new_volume "$work/notebook-c" $size $((start / 512)) Windows F6B0C4D8B0C4A00B
    in_volume "$work/notebook-c" compression
    mkdir -p "$mount/Windows/System32/winevt/Logs"
    setfattr -n system.ntfs_attrib_be -v 0x00000810 "$mount/Windows/System32/winevt/Logs"
    copy_tree "$evidence/dev-notebook/C"
    set_times "2021-12-06 10:15:47" "2022-07-07 13:18:00"
    lay_files dev-notebook/C
    done_in_volume
    write_journal dev-notebook/C "$work/notebook-c"
    check_volume "$work/notebook-c" "$evidence/dev-notebook/C"
    rm -f "$out"/dev-notebook.0*
    split -b $mib -a 3 --numeric-suffixes=1 "$work/notebook-c" "$out/dev-notebook."
}

# ---- The sticks. Names and times of files are the report's (5-3), contents are not.

# content NAME FILE TIME: one of files.toml's contents.
content() {
    fixture "--bin kusari-file-activity" content "$plan" "$1" "$2"
    touch -d "$3" "$2"
}

# new_stick DISK SIGNATURE SERIAL SECTORS-IN-CLUSTER
new_stick() {
    local start=$mib capacity=8019509248
    rm -f "$1"
    new_disk "$1" $capacity "$2" <<TABLE
start=$((start / 512)), size=$(((capacity - start) / 512)), type=c
TABLE
    mkfs.vfat --invariant -F 32 -i "$3" -s "$4" -h $((start / 512)) --offset $((start / 512)) \
        "$1" $(((capacity - start) / 1024)) >/dev/null
}

# on_stick DISK PROGRAM ARGUMENT...: a program of mtools, its clock at that of the file.
on_stick() {
    local disk=$1 program=$2
    shift 2
    "$program" -i "$disk@@$mib" "$@"
}

# fill_stick DISK: what was written on 21 June stands, what was written on 13 April was deleted
# after it. Both bear the hour of the server's backup, as on the sticks (report 4 (8)).
fill_stick() {
    local files=$work/files
    mkdir -p "$files/april" "$files/june"
    content 460488 "$files/april/ESB.bak" "2022-02-14 01:00:00"
    content 460517 "$files/june/ESB.bak" "2022-06-21 01:00:00"
    content 459582 "$files/june/ESBR4.bak" "2022-06-21 01:00:00"
    # mtools takes the time of creation from there.
    SOURCE_DATE_EPOCH=$(date -d "2022-04-13 01:00:00" +%s)
    export SOURCE_DATE_EPOCH
    on_stick "$1" mcopy -m "$files/april/ESB.bak" ::
    on_stick "$1" mmd ::20220218 ::20220218/log
    on_stick "$1" mcopy -m "$files/april/ESB.bak" ::20220218/log/
    SOURCE_DATE_EPOCH=$(date -d "2022-06-21 01:00:00" +%s)
    on_stick "$1" mmd ::20220621
    on_stick "$1" mcopy -m "$files/june/ESB.bak" "$files/june/ESBR4.bak" ::20220621/
    on_stick "$1" mdel ::ESB.bak
    on_stick "$1" mdeltree ::20220218
    unset SOURCE_DATE_EPOCH
}

sticks() {
    new_stick "$work/012" 6f1d20a4 5A3C91E7 8
    fill_stick "$work/012"
    qemu-img convert -f raw -O qcow2 -c "$work/012" "$out/012.qcow2"
    qemu-img compare -q -f raw "$work/012" "$out/012.qcow2"
    # qemu-img makes VHD with blocks of 2 MiB only; with smaller ones the image is a quarter.
    new_stick "$work/013" 6f1d2a17 5A3CB204 64
    fill_stick "$work/013"
    fixture "--example vhd_image" "$work/013" "$out/013.vhd" 131072
    qemu-img compare -q -f raw -F vpc "$work/013" "$out/013.vhd"
}

benefits_server
development_desktop
call_centre_server
development_notebook
sticks
ls -l "$out"

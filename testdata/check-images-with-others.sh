#!/bin/bash
# Holds testdata/amagasaki/images against readers that are not Kusari's: every file of the folders
# must come out of the images byte for byte, and what the images hold besides must be found. Says
# which readers are missing and goes on without them; ends with 1 on any difference.
#
# qemu-img, ewf-tools, sleuthkit; with root and /dev/fuse libbde and libvshadow; with python3 dissect.ntfs and
# LnkParse3.
set -uo pipefail
export LC_ALL=C.UTF-8 TZ=Asia/Tokyo

here=$(cd "$(dirname "$0")" && pwd)/amagasaki
images=${1:-$here/images}
work=$(mktemp -d)
mounts=()
trap 'for m in "${mounts[@]}"; do fusermount -u "$m"; done; rm -rf "$work"' EXIT
differences=0

have() {
    local program
    for program; do
        command -v "$program" >/dev/null || { echo "not here: $program; its part is left out"; return 1; }
    done
}
expect() { # expect WHAT WANTED FOUND
    if [ "$2" = "$3" ]; then
        echo "ok: $1: $3"
    else
        echo "DIFFERENT: $1: $3 instead of $2"
        differences=$((differences + 1))
    fi
}

# files_equal NAME FOLDER VOLUME [ICAT-OPTION...]: sleuthkit reads each file of the folder.
files_equal() {
    local name=$1 folder=$2 volume=$3 equal=0 all=0 path inode
    shift 3
    while read -r path; do
        all=$((all + 1))
        inode=$(ifind "$@" -n "/$path" "$volume" 2>/dev/null)
        icat "$@" "$volume" "$inode" 2>/dev/null | cmp -s - "$folder/$path" && equal=$((equal + 1))
    done < <(cd "$folder" && find . -type f | sed 's,^\./,,')
    expect "$name: files as icat reads them" "$all of $all" "$equal of $all"
}

serial() { fsstat "$@" 2>/dev/null | sed -n 's/^Volume Serial Number: //p;s/^Volume ID: 0x//p' | head -1; }
signature() { dd if="$1" bs=1 skip=440 count=4 status=none | od -An -tx4 | tr -d ' '; }

have qemu-img fls ifind icat fsstat || exit 1

# ---- Benefits server
c=$((525336576 / 512)) d=$(((525336576 + 12 * 1024 * 1024) / 512))
if have ewfverify ewfexport; then
    ewfverify -q "$images/benefits-server.E01" >"$work/verify" 2>&1
    expect "benefits-server.E01: ewfverify" 0 $?
    ewfexport -q -u -f raw -t "$work/benefits" "$images/benefits-server.E01" >/dev/null 2>&1
    disk=$work/benefits.raw
    expect "benefits-server.E01: disk signature" 19c7aa40 "$(signature "$disk")"
    expect "benefits-server.E01: serial of C" 54A2E60BA2E5F1C8 "$(serial -o $c "$disk")"
    files_equal "benefits-server.E01: C" "$here/evidence/benefits-server/C" "$disk" -o $c
    if have bdeinfo bdemount && [ -w /dev/fuse ]; then
        key=$(sed -n 's/^ *recovery-key = "\(.*\)"/\1/p' "$here/images.toml")
        expect "benefits-server.E01: protector of D as bdeinfo names it" "Recovery password" \
            "$(bdeinfo -o $((d * 512)) -r "$key" "$disk" 2>/dev/null | sed -n 's/.*Type[\t :]*\(Recovery password\).*/\1/p')"
        mkdir "$work/bde"
        bdemount -o $((d * 512)) -r "$key" "$disk" "$work/bde" >/dev/null 2>&1 && mounts+=("$work/bde")
        expect "benefits-server.E01: files of D" \
            "backup/20220621/ESB.bak backup/20220621/ESBR4.bak backup/20220621/backup.log backup/readme.txt" \
            "$(fls -r -p -F "$work/bde/bde1" | cut -f2 | grep '^backup/' | sort | paste -sd' ')"
    fi
fi

# ---- Development desktop
if have unzip; then
    unzip -q "$images/dev-desktop.zip" -d "$work"
    qemu-img info "$work/dev-desktop.vhdx" | grep -q '^file format: vhdx'
    expect "dev-desktop.vhdx: format by qemu-img info" 0 $?
    disk=$work/desktop
    qemu-img convert -O raw "$work/dev-desktop.vhdx" "$disk"
    start=122683392
    expect "dev-desktop.vhdx: disk signature" 4fa1b20c "$(signature "$disk")"
    expect "dev-desktop.vhdx: serial of C" 2C8E5A708E5A3412 "$(serial -o $((start / 512)) "$disk")"
    files_equal "dev-desktop.vhdx: C" "$here/evidence/dev-desktop/C" "$disk" -o $((start / 512))
    if have vshadowinfo vshadowmount && [ -w /dev/fuse ]; then
        expect "dev-desktop.vhdx: shadow copy as vshadowinfo dates it" "Jan 20, 2022 03:00:03.000000000 UTC" \
            "$(vshadowinfo -o $start "$disk" 2>/dev/null | sed -n 's/.*Creation time[\t :]*//p')"
        mkdir "$work/vss"
        vshadowmount -o $start "$disk" "$work/vss" >/dev/null 2>&1 && mounts+=("$work/vss")
        if have cargo; then
            (cd "$here" && cargo run -q --release -p kusari-fixtures --bin kusari-scenario -- \
                "$here/scenario.toml" --shadow-copies "$work/then")
            files_equal "dev-desktop.vhdx: shadow copy" "$work/then/dev-desktop/1/C" "$work/vss/vss1"
        fi
    fi
fi

# ---- Call-centre server
disk=$work/call-centre
qemu-img check -q "$images/call-centre-server.vmdk" >/dev/null 2>&1
expect "call-centre-server.vmdk: qemu-img check" 0 $?
qemu-img convert -O raw "$images/call-centre-server.vmdk" "$disk"
expect "call-centre-server.vmdk: disk signature" e81f3b06 "$(signature "$disk")"
expect "call-centre-server.vmdk: serial of C" A0F1D2E3F1D2B95C "$(serial -o $c "$disk")"
files_equal "call-centre-server.vmdk: C" "$here/evidence/call-centre-server/C" "$disk" -o $c

# ---- Development notebook
disk=$work/notebook
cat "$images"/dev-notebook.0* >"$disk"
expect "dev-notebook.001: serial of C" F6B0C4D8B0C4A00B "$(serial "$disk")"
files_equal "dev-notebook.001: C" "$here/evidence/dev-notebook/C" "$disk"

# ---- Sticks
for stick in "012.qcow2 6f1d20a4 5a3c91e7" "013.vhd 6f1d2a17 5a3cb204"; do
    read -r name sign id <<<"$stick"
    if [ "$name" = 012.qcow2 ]; then
        qemu-img check -q "$images/$name" >/dev/null 2>&1
        expect "$name: qemu-img check" 0 $?
    fi
    disk=$work/stick
    rm -f "$disk"
    qemu-img convert -O raw "$images/$name" "$disk"
    expect "$name: size" 8019509248 "$(stat -c %s "$disk")"
    expect "$name: disk signature" "$sign" "$(signature "$disk")"
    expect "$name: serial" "$id" "$(serial -o 2048 "$disk")"
    expect "$name: files" "20220621/ESB.bak 20220621/ESBR4.bak" \
        "$(fls -r -p -u -F -o 2048 "$disk" | cut -f2 | grep -v '^\$' | paste -sd' ')"
    expect "$name: deleted files" "_0220218/_og/_SB.bak _SB.bak" \
        "$(fls -r -p -d -F -o 2048 "$disk" | cut -f2 | grep -v '^\$' | sort | paste -sd' ')"
done

# ---- The files with personal data, and what Windows keeps of their use
if have python3 && python3 -c 'import dissect.ntfs, LnkParse3' 2>/dev/null; then
    raw=$work/raw
    mkdir "$raw"
    qemu-img convert -O raw "$images/dev-desktop-d.qcow2" "$raw/d"
    qemu-img convert -O raw "$images/call-centre-server.vmdk" "$raw/call-centre"
    cat "$images"/dev-notebook.0* >"$raw/notebook"
    volumes=(dev-desktop/D="$raw/d"@1048576 dev-notebook/C="$raw/notebook"@0
        call-centre-server/C="$raw/call-centre"@525336576)
    [ -e "$work/desktop" ] && volumes+=(dev-desktop/C="$work/desktop"@122683392)
    python3 "$here/../check-file-activity-with-others.py" "${volumes[@]}" || differences=$((differences + 1))
else
    echo "not here: dissect.ntfs and LnkParse3 for python3; the files of files.toml are left out"
fi

echo "$differences differences"
[ "$differences" -eq 0 ]

#!/bin/bash
# Times a whole case with a large change journal against unpacking as many bytes:
# benches/journal-case.sh FOLDER [RECORDS]
#
# FOLDER gets a collection with a journal of RECORDS records (10000000, about 1.2 GB), written by the bench
# `usn_journal`, and the same packed by gzip. Each is then run three times in turn; wall time and the most
# memory are printed. Needs cargo, gzip and GNU time.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
[ $# -ge 1 ] || { sed -n 2,8p "$0" >&2; exit 2; }
mkdir -p "$1"
out=$(cd "$1" && pwd) records=${2:-10000000}
case=$out/case/C
mkdir -p "$case/Windows/INF" "$case/\$Extend"
cp "$here/testdata/amagasaki/evidence/dev-desktop/C/Windows/INF/setupapi.dev.log" "$case/Windows/INF/"
cd "$here"
KUSARI_USN_JOURNAL="$case/\$Extend/\$J" KUSARI_USN_RECORDS=$records \
    cargo bench -q -p kusari-artifacts --bench usn_journal -- no-bench-of-that-name
gzip -1 -c "$case/\$Extend/\$J" >"$out/journal.gz"
cargo build -q --release -p kusari-cli --no-default-features
kusari=${CARGO_TARGET_DIR:-target}/release/kusari
for _ in 1 2 3; do
    for what in "gzip -dc $out/journal.gz" "$kusari coverage $out/case -q" \
        "$kusari timeline $out/case --name *1234* --format jsonl -q"; do
        set -f
        /usr/bin/time -f "%e s, %M KiB: ${what%% *} $(echo "$what" | cut -d' ' -f2)" $what >/dev/null
        set +f
    done
done

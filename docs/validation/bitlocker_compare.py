#!/usr/bin/env python3
"""Compares BitLocker volumes, unlocked by Kusari and by libbde (pybde, PyPI `libbde-python`).

bitlocker_compare.py READ_BITLOCKER LIST     the corpus: LIST is its images.conf
bitlocker_compare.py READ_BITLOCKER VOLUME (--recovery|--password|--bek) KEY [PLAIN]

READ_BITLOCKER is the example `read_bitlocker` of kusari-evidence. With PLAIN, the file from which
the fixtures wrote the volume, both must give its bytes.
"""

import hashlib
import pathlib
import subprocess
import sys

import pybde


def ours(program, volume, option, key):
    arguments = [program, str(volume)] + ([option, key] if option else [])
    done = subprocess.run(arguments, capture_output=True, text=True)
    for line in done.stdout.splitlines():
        if line.startswith("SHA-256: "):
            return line.removeprefix("SHA-256: ")
    return "refused: " + done.stderr.strip()[:100]


def theirs(volume, option, key):
    reader = pybde.volume()
    try:
        if option == "--recovery":
            reader.set_recovery_password(key)
        elif option == "--password":
            reader.set_password(key)
        elif option == "--bek":
            reader.read_startup_key(key)
        reader.open(str(volume))
        if reader.is_locked():
            return "locked"
        digest = hashlib.sha256()
        reader.seek(0)
        while part := reader.read(1 << 20):
            digest.update(part)
        return digest.hexdigest()
    except OSError as error:
        return "refused: " + str(error)[:100]


def listed(path):
    volumes, name = {}, None
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            name = line.strip("[]")
            volumes[name] = {}
        elif "=" in line:
            field, value = line.split("=", 1)
            if value:
                volumes[name][field] = value
    return volumes


def tries(folder, fields):
    for field, option in (("PW", "--password"), ("RP", "--recovery"), ("RP2", "--recovery")):
        if field in fields:
            yield field, option, fields[field]
    if "SK_VMK_GUID" in fields:
        yield "SK", "--bek", str(folder / (fields["SK_VMK_GUID"].upper() + ".BEK"))
    if "CLEARKEY_VMK_GUID" in fields:
        yield "clear key", None, None


def main():
    program, path, *rest = sys.argv[1:]
    path = pathlib.Path(path)
    if rest:
        results = [ours(program, path, *rest[:2]), theirs(path, *rest[:2])]
        if len(rest) > 2:
            results.append(hashlib.sha256(pathlib.Path(rest[2]).read_bytes()).hexdigest())
        print(path, *results, "same" if len(set(results)) == 1 else "DIFFERENT")
        return
    for name, fields in listed(path).items():
        volume = path.parent / (name + ".img")
        for field, option, key in tries(path.parent, fields):
            one, other = ours(program, volume, option, key), theirs(volume, option, key)
            expected = fields.get("SHA256SUM")
            print(name, field, *("as listed" if it == expected else it for it in (one, other)), sep="\t")


main()

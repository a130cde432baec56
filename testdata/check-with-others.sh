#!/bin/sh
# Holds testdata/amagasaki against readers that are not Kusari's. Says which readers are missing
# and goes on without them; ends with 1 on any difference.
#
# Readers that are Python packages are looked for in the interpreters named by REGIPY_PYTHON,
# PYTHON_REGISTRY_PYTHON, PYTHON_EVTX_PYTHON and EVTX_PYTHON (default: python3); the others
# (hivexml, reglookup, regfexport, evtxexport, evtx_dump) in PATH.
exec python3 "$(dirname "$0")/check/main.py" "$@"

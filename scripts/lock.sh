#!/usr/bin/env bash
# Write requirements/runtime.txt and dev.txt: every version pinned, every file by its hash, for
# Python 3.11 and later on every platform, and without the address of any registry.
# Usage: scripts/lock.sh [--upgrade]. Run it as `make lock`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
python=.venv/bin/python
[ -x "$python" ] || python=python

lock() { # lock OUTPUT INPUT...
    local output=$1
    shift
    "$python" -m uv pip compile --quiet --universal --python-version 3.11 \
        --generate-hashes --no-emit-index-url --no-header --no-annotate \
        "${options[@]}" --output-file "$output" "$@"
    printf '%s: %s distributions\n' "$output" "$(grep -c '^[a-zA-Z0-9]' "$output")"
}

options=("$@")
"$python" scripts/direct_dependencies.py | lock requirements/runtime.txt requirements/runtime.in -
# runtime.txt goes in as it is, so that both locks hold the same versions.
lock requirements/dev.txt requirements/dev.in requirements/runtime.txt

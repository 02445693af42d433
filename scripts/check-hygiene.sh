#!/usr/bin/env bash
# Refuse, in every file that git has or would take: addresses of package registries, paths of a
# machine, private keys, unmerged lines. And keep the import rules complete. `make lint` runs it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

faults=0
refuse() { # refuse WHAT PATTERN [PATH...]
    local what=$1 pattern=$2 status=0 found
    shift 2
    found=$(git grep --untracked -InE -e "$pattern" -- "$@") || status=$?
    if [ "$status" -gt 1 ]; then
        exit "$status"
    fi
    if [ -n "$found" ]; then
        printf '%s:\n%s\n' "$what" "$found" | cut -c -200
        faults=1
    fi
}

# The patterns are put together here, or this file would find itself.
start='(^|[^A-Za-z0-9_.-])'
dot='[.]'
refuse "the address of a registry" \
    "(py""pi|python""hosted|npm""js|rubygems|deb${dot}deb""ian)${dot}(org|com)|--(index|extra-index)-""url|--find-""links" .
refuse "the path of a machine" "${start}/(wo""rk|ro""ot|opt/py""pi|tmp/v)/" .
refuse "a private key" "BEGIN [A-Z ]*PRIV""ATE KEY" .
refuse "unmerged lines" '^(<{7}|>{7}) ' .
refuse "a plugin imports from inside cti_host" \
    '^[[:space:]]*(from|import)[[:space:]]+cti_host[.]' ':(glob)plugins/*/cti_*/**'

for package in plugins/*/cti_*/; do
    name=$(basename "$package")
    if [ "$(grep -c "^    \"$name\",$" pyproject.toml)" -lt 4 ]; then
        echo "pyproject.toml: $name is missing from the rules of import-linter"
        faults=1
    fi
done
exit "$faults"

#!/usr/bin/env bash
# mypy over everything: the packages by their import names, as plugins import them, then the tests
# and scripts as files. In one run mypy would find each plugin under two names.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

packages=(--package cti_host)
for package in {libraries,plugins}/*/cti_*/__init__.py; do
    packages+=(--package "$(basename "$(dirname "$package")")")
done
status=0
mypy "${packages[@]}" || status=$?
mypy || status=$?
exit "$status"

#!/usr/bin/env bash
# See to it that there is a Chromium for the browser tests: nothing to do, or the system's package,
# or a message that says what to install. CHROMIUM=/path/to/it names one that lies elsewhere.
# In CI there is also the one without windows, where it is to be had: it takes half the work.
set -euo pipefail

lighter() {
    [ -n "${CI:-}" ] && [ -z "${CHROMIUM:-}" ] && [ "$(id -u)" = 0 ] || return 0
    if command -v chromium-headless-shell || ! command -v apt-get; then
        return 0
    fi
    # Of the same version: nothing that is there is changed.
    version=$(dpkg-query -W -f '${Version}' chromium) || return 0
    install=(apt-get -o Acquire::Retries=0 -o Acquire::http::Timeout=15)
    one=(install -y --no-install-recommends --no-remove "chromium-headless-shell=$version")
    "${install[@]}" "${one[@]}" || { "${install[@]}" update && "${install[@]}" "${one[@]}"; } || :
}

lighter >/dev/null 2>&1 </dev/null
for browser in ${CHROMIUM:+"$CHROMIUM"} chromium-headless-shell chromium chromium-browser google-chrome; do
    if command -v "$browser" >/dev/null; then
        exit 0
    fi
done

as_root=()
if [ "$(id -u)" != 0 ]; then
    as_root=(sudo -n)
fi
if command -v apt-get >/dev/null && "${as_root[@]}" true 2>/dev/null; then
    echo "The browser tests need Chromium, and there is none: installing the package chromium"
    log=$(mktemp)
    install=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get)
    if "${install[@]}" update >"$log" 2>&1 </dev/null &&
        "${install[@]}" install -y --no-install-recommends chromium fonts-liberation \
            >>"$log" 2>&1 </dev/null; then
        rm -f "$log"
        exit 0
    fi
    tail -n 20 "$log" >&2
    rm -f "$log"
fi
cat >&2 <<'MESSAGE'
The browser tests need Chromium, and it could not be installed from here. Please install the package
"chromium" of your system (or Google Chrome), or set CHROMIUM to where it is, and try again.
MESSAGE
exit 1

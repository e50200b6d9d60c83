#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Installs the missing packages that are needed to build and test Holdline, on Debian 12 and 13. Asks no
# questions. When everything is installed, it does nothing and needs neither root nor a network.
set -euo pipefail

packages=(
    g++ cmake ninja-build pkg-config curl
    qt6-base-dev libqt6sql6-sqlite qt6-httpserver-dev qt6-websockets-dev qt6-svg-dev fonts-dejavu-core
    libtomlplusplus-dev libsimdjson-dev libssl-dev zlib1g-dev libjemalloc-dev
)

usage() {
    cat <<'TEXT'
Usage: setup.sh [--measure] [--help]

Installs the missing packages that are needed to build and test Holdline, on Debian 12 or 13. Run it as root, or as a
user whose sudo asks for no password. A second run changes nothing and works offline.

  --measure   also install python3, which coverage.sh and mutants.py need

Exit status: 0 everything is installed, 64 wrong usage, 69 cannot install here, 77 neither root nor sudo.
TEXT
}

say() { printf 'setup: %s\n' "$*"; }
fail() {
    local status=$1
    shift
    printf 'setup: %s\n' "$@" >&2
    exit "$status"
}

case "${1-}" in
    "") ;;
    --measure) packages+=(python3) ;;
    --help | -h) usage; exit 0 ;;
    *) usage >&2; exit 64 ;;
esac

os_id=unknown
os_version=unknown
if [[ -r /etc/os-release ]]; then
    # shellcheck source=/dev/null
    os_id=$(. /etc/os-release && printf '%s' "${ID-unknown}")
    # shellcheck source=/dev/null
    os_version=$(. /etc/os-release && printf '%s' "${VERSION_ID-unknown}")
fi
if [[ $os_id != debian || ! $os_version =~ ^(12|13)$ ]]; then
    fail 69 "this is $os_id $os_version; packages are installed on Debian 12 and 13 only. Elsewhere install" \
        "a C++20 compiler (GCC 12 or later), CMake 3.25 or later, Ninja, pkg-config, Qt 6.4 or later (Core," \
        "Network, Sql with its SQLite driver, Widgets, SVG, Test, HTTP Server, WebSockets), toml++ 3, simdjson 3 or later, OpenSSL 3, zlib and jemalloc, with their headers, and curl for the tests." \
        "On Debian they are: ${packages[*]}" \
        "Then run the scripts with --no-setup, or build by hand: cmake --preset release && cmake --build --preset release"
fi

missing=()
for package in "${packages[@]}"; do
    # shellcheck disable=SC2016  # dpkg-query's own format, not a shell variable
    status=$(dpkg-query -W -f='${Status}' "$package" 2>/dev/null || true)
    # Since Debian 12 the package pkgconf provides pkg-config. Any package with that command is good enough.
    if [[ $status != "install ok installed" ]]; then
        [[ $package == pkg-config ]] && command -v pkg-config >/dev/null && continue
        missing+=("$package")
    fi
done
if ((${#missing[@]} == 0)); then
    say "everything is installed"
    exit 0
fi

as_root=()
if ((EUID != 0)); then
    if ! command -v sudo >/dev/null || ! sudo -n true 2>/dev/null; then
        fail 77 "these packages are missing and this user may not install them (neither root nor sudo without" \
            "a password). Let root run: apt-get install --no-install-recommends ${missing[*]}"
    fi
    as_root=(sudo -n)
fi

apt_get() {
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 \
        apt-get -q -y -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 "$@" </dev/null
}

# Succeeds when the package lists on this machine contain each package to install.
lists_know_all() {
    local package
    for package in "${missing[@]}"; do
        LC_ALL=C apt-cache policy "$package" 2>/dev/null | grep -q '^  Candidate: [^(]' || return 1
    done
}

say "installing ${missing[*]}"
updated=no
if ! lists_know_all; then
    apt_get update || fail 69 "apt-get update failed; see above"
    updated=yes
fi
if ! apt_get install --no-install-recommends "${missing[@]}"; then
    # Old package lists name files that the mirrors no longer have, so the lists are updated and the install
    # repeated.
    [[ $updated == no ]] || fail 69 "apt-get install failed; see above"
    apt_get update || fail 69 "apt-get update failed; see above"
    apt_get install --no-install-recommends "${missing[@]}" || fail 69 "apt-get install failed; see above"
fi
say "done"

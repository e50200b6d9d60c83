#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Builds and tests this tree on Debian 13 (Qt 6.8, GCC 14) inside a folder of a machine that runs something else.
set -euo pipefail

usage() {
    cat <<'TEXT'
Usage: debian13.sh FOLDER [OPTION OF test.sh]...

Makes a small Debian 13 in FOLDER (once, with debootstrap, about 1.5 GB with all packages), copies this tree's
files into it and runs resources/scripts/test.sh there. FOLDER is kept, so that the next run is quick; remove it
with rm -r when it is no longer wanted: nothing stays mounted. Needs root.

The mirror is http://deb.debian.org/debian unless the environment variable MIRROR names another one.

Exit status: test.sh's; 64 usage, 69 no debootstrap, 77 not root.
TEXT
}

if (($# == 0)) || [[ $1 == --help || $1 == -h ]]; then
    usage
    (($# > 0)) || exit 64
    exit 0
fi
if ((EUID != 0)); then
    printf 'debian13: needs root, for debootstrap and chroot\n' >&2
    exit 77
fi

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
mkdir -p "$1"
folder=$(cd "$1" && pwd)
shift
if [[ ! -x $folder/usr/bin/apt-get ]]; then
    if ! command -v debootstrap >/dev/null; then
        printf 'debian13: install debootstrap first\n' >&2
        exit 69
    fi
    debootstrap --variant=minbase --include=ca-certificates trixie "$folder" \
        "${MIRROR:-http://deb.debian.org/debian}"
fi
if [[ -e /etc/resolv.conf ]]; then
    cp -L /etc/resolv.conf "$folder/etc/resolv.conf"
fi

# A copy, so that neither build touches the other; times are kept and build/ stays, so that a second run is quick.
tree=$folder/root/holdline
mkdir -p "$tree"
find "$tree" -mindepth 1 -maxdepth 1 ! -name build -exec rm -rf {} +
tar -C "$root" --exclude=./build --exclude=./.git -cf - . | tar -C "$tree" -xf - --no-same-owner

inside=(chroot "$folder" /usr/bin/env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8
    bash /root/holdline/resources/scripts/test.sh "$@")
if ! unshare --mount --propagation private true 2>/dev/null; then
    printf 'debian13: no right to mount here (CAP_SYS_ADMIN): /proc is missing inside, and tests that read it fail\n' >&2
    exec "${inside[@]}"
fi

# In a mount namespace of its own: whatever happens, nothing stays mounted.
# shellcheck disable=SC2016  # expanded by the inner shell
exec unshare --mount --propagation private bash -euc '
    folder=$1
    shift
    mount -t proc proc "$folder/proc"
    mount --rbind /dev "$folder/dev"
    mount -t tmpfs tmpfs "$folder/tmp"
    exec "$@"
' debian13 "$folder" "${inside[@]}"

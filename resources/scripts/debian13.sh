#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Builds and tests this source tree on Debian 13 (Qt 6.8, GCC 14) in a chroot, on a machine with another
# system.
set -euo pipefail

usage() {
    cat <<'TEXT'
Usage: debian13.sh FOLDER [OPTION OF test.sh]...

Installs a small Debian 13 in FOLDER with debootstrap (only the first time; about 1.5 GB with all packages). Copies the
files of this source tree into it and runs resources/scripts/test.sh there in a chroot. FOLDER is kept, so that the
next run is quick. Remove it with rm -r when you no longer need it: nothing stays mounted. Needs root.

The mirror is http://deb.debian.org/debian unless the environment variable MIRROR names another one.

Exit status: that of test.sh; 64 wrong usage, 69 no debootstrap, 77 not root.
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

# The source tree is copied, so that builds outside and inside do not mix. File times and build/ are kept, so
# that a second run compiles only changed files.
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

# Mounts in a new mount namespace, so that nothing stays mounted after the script, even if it is killed.
# shellcheck disable=SC2016  # expanded by the inner shell
exec unshare --mount --propagation private bash -euc '
    folder=$1
    shift
    mount -t proc proc "$folder/proc"
    mount --rbind /dev "$folder/dev"
    mount -t tmpfs tmpfs "$folder/tmp"
    exec "$@"
' debian13 "$folder" "${inside[@]}"

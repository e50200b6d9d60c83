#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The first command of the README: builds Holdline and demonstrates on loopback what it is for. Asks no
# questions.
set -euo pipefail

usage() {
    cat <<'TEXT'
Usage: demo.sh [--direct] [--start-latency TIME] [--monitor] [--picture FILE] [--no-setup] [--help]

Installs missing packages, builds all programs, and starts a job server and Holdline on loopback. Then a client that
can only make blocking calls runs 50 jobs with a limit of 5 seconds. First it calls the job server directly, which
takes too long; then it calls Holdline. The client ends with its verdict and its proof, a text that shows which jobs
ran. After the demo, `cmake --install build/release` installs the programs.

  --direct              run all 50 jobs directly at the job server (about 25 s) instead of 5 jobs
  --start-latency TIME  the time that the job server takes to answer a start request (default 0ms; 40ms with a
                        monitor, so that the monitor shows more)
  --monitor             show the monitor's window and make a second run; the script ends when the window is closed
  --picture FILE        like --monitor, but without a display: write a picture of the monitor's window in the middle
                        of the second run to FILE
  --no-setup            install nothing

Exit status: 0 when the last run through Holdline passed, 1 when it failed, 64 wrong usage, 69 no display or no
monitor; otherwise the status of setup.sh.
TEXT
}

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
direct=no
setup=yes
start_latency=
monitor=no
picture=
while (($# > 0)); do
    case "$1" in
        --direct) direct=yes ;;
        --start-latency)
            if (($# < 2)); then
                usage >&2
                exit 64
            fi
            start_latency=$2
            shift
            ;;
        --monitor) monitor=yes ;;
        --picture)
            if (($# < 2)) || [[ -z $2 ]]; then
                usage >&2
                exit 64
            fi
            # Made absolute, because the script later changes into the source folder.
            picture=$(realpath -m -- "$2")
            shift
            ;;
        --no-setup) setup=no ;;
        --help | -h) usage; exit 0 ;;
        *) usage >&2; exit 64 ;;
    esac
    shift
done

[[ -z $picture ]] || monitor=yes
if [[ -z $start_latency ]]; then
    [[ $monitor == yes ]] && start_latency=40ms || start_latency=0ms
fi
if [[ $monitor == yes && -z $picture && -z ${DISPLAY-}${WAYLAND_DISPLAY-}${QT_QPA_PLATFORM-} ]]; then
    printf 'demo: %s\n' "there is no display here for the monitor's window. Either" \
        "  demo.sh --picture FILE.png   leaves a picture of it, or" \
        "  look from a machine that has one, through a socket forwarded by ssh:" \
        "    ssh -N -L /tmp/holdline.sock:/run/user/UID/holdline.sock THIS-MACHINE" \
        "    holdline-monitor --connect /tmp/holdline.sock" >&2
    exit 69
fi

heading() { printf '\n== %s\n' "$*"; }

work=$(mktemp -d)
declare -A pids=()
ended_well=no

clean_up() {
    local name
    for name in "${!pids[@]}"; do
        kill "${pids[$name]}" 2>/dev/null || true
    done
    for name in "${!pids[@]}"; do
        wait "${pids[$name]}" 2>/dev/null || true
    done
    if [[ $ended_well == no ]]; then
        for name in "$work"/*.log; do
            [[ -s $name ]] || continue
            printf '\n== the end of %s\n' "$name" >&2
            tail -n 20 "$name" >&2
        done
    else
        rm -rf "$work"
    fi
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

now_us() { printf '%s' "${EPOCHREALTIME/[.,]/}"; }

# accepts PORT: succeeds when a program accepts connections on this port of loopback.
accepts() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# http_status PORT PATH: prints the status of http://127.0.0.1:PORT/PATH, or nothing without an answer.
http_status() {
    local status=
    {
        exec 3<>"/dev/tcp/127.0.0.1/$1" &&
            printf 'GET %s HTTP/1.1\r\nHost: 127.0.0.1:%s\r\nConnection: close\r\n\r\n' "$2" "$1" >&3 &&
            read -r -t 2 _ status _ <&3
        exec 3>&-
    } 2>/dev/null || true
    printf '%s' "$status"
}

# free_port PORT: prints PORT, or another port when PORT is in use.
free_port() {
    local port=$1
    while accepts "$port"; do
        port=$((20000 + RANDOM % 12000))
    done
    echo "$port"
}

# wait_until NAME CONDITION...: waits until the command CONDITION succeeds. Exits with 1 when the program NAME
# has ended, or after 20 s.
wait_until() {
    local name=$1 until=$((SECONDS + 20))
    shift
    until "$@"; do
        if ! kill -0 "${pids[$name]}" 2>/dev/null || ((SECONDS > until)); then
            printf 'demo: %s did not start\n' "$name" >&2
            exit 1
        fi
        sleep 0.02
    done
}

is_ready() { [[ $(http_status "$1" /readyz) == 200 ]]; }

# total_of FILE: prints the number in the line "Total Duration: 1.636669279 seconds".
total_of() { sed -n 's/^Total Duration: *\([0-9.]*\) seconds.*/\1/p' "$1"; }

[[ $setup == no ]] || "$root/resources/scripts/setup.sh"

heading "build"
cd "$root"
# Set each time, because CMake's cache in the build folder would keep the path of a ccache that was
# uninstalled.
launcher=$(command -v ccache || true)
if ! cmake --preset release -D CMAKE_CXX_COMPILER_LAUNCHER="$launcher" >"$work/configure.log" 2>&1; then
    cat "$work/configure.log" >&2
    exit 1
fi
rm "$work/configure.log"
# Builds all programs that `cmake --install build/release` installs; the monitor only with Qt Widgets and Qt
# SVG.
cmake --build --preset release --target programs
bin=$root/build/release/bin
if [[ $monitor == yes && ! -x $bin/holdline-monitor ]]; then
    printf 'demo: no holdline-monitor: it is built where Qt Widgets and Qt SVG are\n' >&2
    exit 69
fi

heading "start"
job_port=$(free_port 3740)
"$bin/jobserver" --listen "127.0.0.1:$job_port" --duration 500ms --start-latency "$start_latency" \
    >"$work/jobserver.log" 2>&1 &
pids[jobserver]=$!
wait_until jobserver accepts "$job_port"
printf 'job server:  http://127.0.0.1:%s/start\n' "$job_port"

hold_port=$(free_port 3738)
admin_port=$(free_port 3739)
"$bin/holdline" --listen "127.0.0.1:$hold_port" --admin-listen "127.0.0.1:$admin_port" \
    --monitor-socket "$work/holdline.sock" --store "$work/holdline.db" --upstream "http://127.0.0.1:$job_port/start" >"$work/holdline.log" 2>&1 &
pids[holdline]=$!
wait_until holdline is_ready "$admin_port"
printf 'holdline:    http://127.0.0.1:%s/\n' "$hold_port"

account="demo-$$-$RANDOM"
direct_url=http://127.0.0.1:$job_port/start
if [[ $direct == yes ]]; then
    heading "50 jobs straight at the job server"
    "$bin/jobclient" --url "$direct_url" --account "$account" --jobs 50 --timeout 60s || true
else
    heading "5 jobs straight at the job server"
    # Only the duration of these jobs is needed. Five jobs are few enough to stay below the limit of 5
    # seconds.
    "$bin/jobclient" --url "$direct_url" --account "$account" --jobs 5 --timeout 60s >"$work/direct.log" 2>&1 || true
    took=$(total_of "$work/direct.log")
    if [[ -z $took ]]; then
        printf 'demo: the direct run did not end with a duration\n' >&2
        exit 1
    fi
    awk -v took="$took" 'BEGIN {
        all = took * 10
        verdict = (all > 5) ? "> 5 s: FAILED" : "<= 5 s: PASSED"
        printf "5 direct jobs took %.1f s one after another; 50 would take about %.0f s %s\n", took, all, verdict
    }'
fi

if [[ $monitor == yes ]]; then
    # The picture is taken in the middle of the second run: the charts then show the whole first run, and the
    # tables half of the second one.
    look=()
    [[ -z $picture ]] || look=(--picture "$picture" --picture-after 7500ms)
    monitor_began=$(now_us)
    "$bin/holdline-monitor" --connect "$work/holdline.sock" "${look[@]}" >"$work/monitor.log" 2>&1 &
    pids[monitor]=$!
    printf 'monitor:     %s/holdline.sock\n' "$work"
    sleep 2
    heading "50 jobs through Holdline, to warm up"
    "$bin/jobclient" --url "http://127.0.0.1:$hold_port/" --account "$account" --jobs 50 || true
    while (($(now_us) - monitor_began < 6000000)); do sleep 0.05; done
fi

heading "50 jobs through Holdline"
"$bin/jobclient" --url "http://127.0.0.1:$hold_port/" --account "$account" --jobs 50

if [[ $monitor == yes ]]; then
    [[ -n $picture ]] || printf '\nThe monitor stays open: close its window to end.\n'
    if ! wait "${pids[monitor]}"; then
        printf 'demo: the monitor failed\n' >&2
        exit 1
    fi
    unset 'pids[monitor]'
    [[ -z $picture ]] || printf '\nA picture of the monitor in the middle of that run: %s\n' "$picture"
fi
ended_well=yes

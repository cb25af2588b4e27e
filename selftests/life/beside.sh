# SPDX-License-Identifier: GPL-2.0
# Sourced by suites that want a process beside the emulator, named as the script
# NAME.sh that runs in L1 is; arguments: [KERNEL [BOOT-OPTION]...].
# shellcheck shell=bash
#
# Sets here, name, kver, options, work (a folder that goes away) and log, which
# does not exist yet: a helper waits for words in it.

here=$(cd "$(dirname "$0")" && pwd)
. "$here/../machine/lib.sh"

name=${0##*/}
kver=${1:-6.12}
options=("${@:2}")
work=$(mktemp -d)
log=$BUILD/log/life-$name.sh-$kver.log
helper=
trap 'kill $helper 2>/dev/null || :; rm -rf "$work"' EXIT
rm -f "$log"

# beside COMMAND...: as long as the suite runs
beside() {
	"$@" &
	helper=$!
}

# run_suite [BOOT-OPTION]...
run_suite() { "$here/run" "$name" "$kver" "$@" "${options[@]}"; }

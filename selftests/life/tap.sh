# SPDX-License-Identifier: GPL-2.0
# Sourced in L1: TAP, and partitions by partctl.
# shellcheck shell=sh

export PATH=/hvpart/bin:$PATH
n=0 failed=0

ok() { n=$((n + 1)); echo "ok $n - $*"; }
not_ok() { n=$((n + 1)); failed=1; echo "not ok $n - $*"; }
check() { if [ "$1" = 0 ]; then shift; ok "$@"; else shift; not_ok "$@"; fi; }
plan() { echo "1..$n"; exit $failed; }
note() { echo "# $*"; }

load() { partctl enable --module /hvpart.ko >/dev/null; }
unload() { partctl disable >/dev/null; }

# value KEY: of the hypervisor's own counters
value() { partctl info --json | sed -n "s/^ *\"$1\": *\([0-9]*\).*/\1/p" | head -1; }

# wait_for SECONDS COMMAND...: until it succeeds
wait_for() {
	left=$(($1 * 5)); shift
	while ! "$@" >/dev/null 2>&1; do
		left=$((left - 1))
		[ $left -gt 0 ] || return 1
		sleep 0.2
	done
}

state() { partctl info "$1" --json | sed -n 's/^ *"state": *"\([^"]*\)".*/\1/p' | head -1; }
reason() { partctl info "$1" --json | sed -n 's/^ *"reason": *"\([^"]*\)".*/\1/p' | head -1; }
in_state() { [ "$(state "$1")" = "$2" ]; }

# debian NAME "CMDLINE" [OPTION]...: create a Debian child
debian() {
	name=$1 words=$2; shift 2
	partctl create "$name" --kernel /l2/vmlinuz --initrd /l2/initrd \
		--cmdline "console=ttyS0 quiet cryptomgr.notests memhp_default_state=online $words" \
		--memory 192M "$@"
}

clean_kernel_log() {
	! dmesg | grep -E 'BUG|WARNING|Oops|general protection|stall|lockup'
}

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

# wait_for SECONDS COMMAND...: until it succeeds. PATIENCE=5 is five times as long,
# for a run by hand on a busy machine.
wait_for() {
	left=$(($1 * 5 * ${PATIENCE:-1})); shift
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

# tiny NAME VPS "DO" [OPTION]...: create and start a small guest on all its VPs
tiny() {
	name=$1 vps=$2 words=$3; shift 3
	partctl create "$name" --kernel /guests/tiny.elf --memory 16M --vps "$vps" \
		--cmdline "cpus=$vps do=$words" "$@" && partctl start "$name"
}

# listen NAME: its console goes to /tmp/NAME.console, until it is destroyed
listen() { partctl console "$1" </dev/null >"/tmp/$1.console" 2>&1 & }
heard() { grep -q "$2" "/tmp/$1.console"; }

# member NAME OBJECT MEMBER: of what info says
member() {
	partctl info "$1" --json | sed -n "/\"$2\":/,/}/s/^ *\"$3\": *\"\{0,1\}\([^\",]*\).*/\1/p"
}
beats() { [ "$(member "$1" heartbeat state)" = "$2" ]; }
# grows NAME OBJECT MEMBER: that number
grown() { [ "$(member "$1" "$2" "$3")" -gt "$4" ]; }
grows() { wait_for 40 grown "$1" "$2" "$3" "$(member "$1" "$2" "$3")"; }

# dial NAME: as listen, and what is said goes to it; say NAME WORD
dial() {
	[ -p "/tmp/$1.in" ] || mkfifo "/tmp/$1.in"
	partctl console "$1" <>"/tmp/$1.in" >"/tmp/$1.console" 2>&1 &
}
say() { echo "$2" >"/tmp/$1.in"; }

# switches NAME: how often each of its VPs was entered, in their order
switches() { partctl stat "$1" --json | sed -n 's/.*"world_switches": *\([0-9]*\).*/\1/p'; }

# runs NAME: every VP of it is entered again and again
runs() {
	switches "$1" >/tmp/switches.1
	sleep 0.3
	switches "$1" >/tmp/switches.2
	paste /tmp/switches.1 /tmp/switches.2 |
		awk 'NF != 2 || $2 <= $1 { bad = 1 } END { exit bad || !NR }'
}

# What has to be the same before and after, once the first partition was there:
# it leaves nested tables behind for devices that the root had not touched yet.
counters() {
	partctl info --json | grep -E '"(partition_count|leaf_1g|leaf_2m|leaf_4k|table_pages|deposited_pages|free_pages|faults)"'
	cat /sys/kernel/debug/hvpart/arenas
}
# as_before FILE: the counters are what they were; deletion may take a moment
same() { counters >/tmp/counters.now; cmp -s "$1" /tmp/counters.now; }
as_before() {
	wait_for 20 same "$1" && return
	diff "$1" /tmp/counters.now | sed 's/^/# /'
	return 1
}
nobody() { [ -z "$(partctl list --json | grep '"name"')" ]; }

# All memory that is not in use by somebody: free, on the per-CPU lists
# (zoneinfo's "count"), caches; and what slabs hold, which comes and goes.
unused_kib() {
	sync
	echo 3 >/proc/sys/vm/drop_caches
	sleep 0.5
	awk '/^(MemFree|Buffers|Cached|SReclaimable|SUnreclaim):/ { t += $2 }
		/^ +count:/ { t += 4 * $2 }
		END { print t }' /proc/meminfo /proc/zoneinfo
}

clean_kernel_log() {
	! dmesg | grep -E 'BUG:|WARNING: CPU|cut here|Oops|general protection|stall|lockup'
}

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Runs in L1: load and unload CYCLES times (20) while every CPU is kept busy with
# fork/exec, pipes, memory and the loopback interface; then counts pages. TAP.

cycles=${CYCLES:-20}
n=0 failed=0

ok() { n=$((n + 1)); echo "ok $n - $*"; }
not_ok() { n=$((n + 1)); failed=1; echo "not ok $n - $*"; }
check() { if [ "$1" = 0 ]; then shift; ok "$@"; else shift; not_ok "$@"; fi; }

forks() { while :; do /bin/true; (exit 3); sh -c : ; done; }
pipes() { while :; do dd if=/dev/zero bs=4k count=256 2>/dev/null | cat >/dev/null; done; }
memory() { while :; do dd if=/dev/zero of=/dev/shm/m.$1 bs=64k count=256 2>/dev/null; rm -f /dev/shm/m.$1; done; }
loopback() { while :; do ping -q -c 20 -i 0.01 127.0.0.1 >/dev/null 2>&1 || sleep 0.1; done; }

stress_on() {
	for c in $(seq "$(nproc)"); do
		forks & pids="$pids $!"
		pipes & pids="$pids $!"
		memory "$c" & pids="$pids $!"
	done
	loopback & pids="$pids $!"
}

stress_off() {
	# shellcheck disable=SC2086
	kill $pids
	wait 2>/dev/null
	rm -f /dev/shm/m.*
}

# All that is not in use by somebody: free, on the per-CPU lists (zoneinfo's
# "count"), caches; and what slabs hold, which grows with any module's cycle.
unused_kib() {
	sync
	echo 3 >/proc/sys/vm/drop_caches
	sleep 0.5
	awk '/^(MemFree|Buffers|Cached|SReclaimable|SUnreclaim):/ { t += $2 }
		/^ +count:/ { t += 4 * $2 }
		END { print t }' /proc/meminfo /proc/zoneinfo
}

is_root() { [ -e /sys/module/hvpart ]; }

plan() { echo "1..$n"; exit $failed; }

# The first load leaves things of Linux's own behind (slabs, sysfs).
insmod /hvpart.ko && rmmod hvpart
check $? "first load and unload"

# The legacy hole costs the first 2 MiB their large page; nothing else may.
insmod /hvpart.ko
small=$(awk '$1 ~ /^leaf_4k/ { print $2 }' /sys/kernel/debug/hvpart/info)
rmmod hvpart
[ "$small" ] && [ "$small" -le 512 ]
check $? "small pages in the root's map: only the first 2 MiB has some ($small)"

idle_cycles() {
	i=0
	while [ $i -lt $((cycles * 3)) ]; do
		insmod /hvpart.ko && rmmod hvpart || bad=$((bad + 1))
		i=$((i + 1))
	done
}

# What a cycle loses it loses every time; what Linux takes once, or frees late, is
# not missing from a second measurement.
bad=0
for round in 1 2 3; do
	before=$(unused_kib)
	idle_cycles
	after=$(unused_kib)
	lost=$((before - after))
	echo "# unused memory before $before KiB, after $after KiB"
	[ $lost -ge $((cycles * 12)) ] || break
done
# A page lost in every cycle were 4 KiB times their number.
[ $bad = 0 ] && [ $lost -lt $((cycles * 12)) ]
check $? "$((cycles * 3)) idle cycles, all pages come back ($lost KiB less, $bad failures)"

pids=
stress_on
i=0 bad=0
while [ $i -lt "$cycles" ]; do
	insmod /hvpart.ko || bad=$((bad + 1))
	is_root || bad=$((bad + 1))
	sleep 0.2
	rmmod hvpart || bad=$((bad + 1))
	i=$((i + 1))
done
stress_off
[ $bad = 0 ]
check $? "$cycles cycles under stress ($bad failures)"

plan

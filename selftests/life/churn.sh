#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Runs in L1: 200 partitions one after the other, and workers that are killed at
# any moment. Every page has to come back. (To see it fail: keep one page in
# hvp_withdraw_all().)
. /life/tap.sh

: "${CYCLES:=200}" "${KILLS:=30}"

doing() { set -- spin out cpuid ipi timer hypercall; shift $((i % 6)); echo "$1"; }

cycle() { tiny churn $((i % 3 + 1)) "$(doing)" && partctl destroy churn; }
cycles() {
	i=0 bad=0
	while [ $i -lt "$1" ]; do
		cycle || bad=$((bad + 1))
		i=$((i + 1))
	done
	[ $bad = 0 ]
}

# A worker that dies is "failed", if it came so far as to have a directory.
in_kernel_gone() { [ "$(value partition_count)" = 1 ]; }
kill_one() {
	rm -rf /tmp/made
	{ tiny kill $((i % 3 + 1)) "$(doing)"; touch /tmp/made; } >/tmp/kill.log 2>&1 &
	delay=$(($(hexdump -n 2 -e '/2 "%u"' /dev/urandom) % 300))
	usleep $((delay * 1000))
	# Nearer than that to its birth it cannot be known.
	wait_for 20 test -s /run/hvpart/kill/pid || { note "no worker after $delay ms"; return 1; }
	kill -9 "$(cat /run/hvpart/kill/pid)" || note "gone already"
	wait_for 20 test -e /tmp/made || { note "partctl hangs"; return 1; }
	wait_for 20 in_kernel_gone || { note "still a partition after $delay ms"; return 1; }
	if partctl list --json | grep -q '"kill"'; then
		in_state kill failed || { note "state is $(state kill)"; return 1; }
		failed_shown=$((failed_shown + 1))
		partctl destroy kill || { note "destroy fails"; return 1; }
	fi
	nobody
}

load; check $? "load"
cycles 10
check $? "10 cycles to begin with ($bad failures)"
nobody && in_kernel_gone
check $? "nothing is left of them"
counters >/tmp/before
free_before=$(unused_kib)

begin=$(cut -d. -f1 /proc/uptime)
cycles "$CYCLES"
check $? "$CYCLES times create, start and destroy ($bad failures)"
note "$(($(cut -d. -f1 /proc/uptime) - begin)) s"
as_before /tmp/before
check $? "the page counts are equal"
free_after=$(unused_kib)
# A page lost in every cycle were 4 KiB times their number; a little is Linux's.
[ $((free_before - free_after)) -lt $((CYCLES * 4)) ]
check $? "Linux has its memory back ($((free_before - free_after)) KiB less)"

i=0 bad=0 failed_shown=0
while [ $i -lt "$KILLS" ]; do
	kill_one || bad=$((bad + 1))
	i=$((i + 1))
done
[ $bad = 0 ]
check $? "$KILLS workers killed at any moment leave nothing ($bad do, $failed_shown shown as failed)"
[ $failed_shown -gt 0 ]
check $? "a killed worker's partition is shown as failed"
as_before /tmp/before
check $? "the page counts are equal again"
cycles 3
check $? "partitions work as before"
unload; check $? "unload"
clean_kernel_log; check $? "the root's kernel log is clean"
plan

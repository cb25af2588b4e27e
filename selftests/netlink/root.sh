#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Runs in L1: the suites that its arguments name, then unloads. "tools" is below:
# partctl monitor and top beside a real worker.
. /netlink/tap.sh

status=0

event() { grep -c "\"event\":\"$1\".*\"name\":\"$2\"$3" /tmp/events; }
sum() { sed -n "s/.*\"$1\":\([0-9]*\).*/\1/p" /tmp/top | head -n 1; }

tools() {
	partctl monitor --json >/tmp/events 2>/tmp/monitor.err &
	monitor=$!
	partctl monitor >/tmp/events.text 2>/dev/null &
	sleep 1
	tiny one 1 "cpuid count=100" --on-poweroff preserve
	check $? "a partition with a worker"
	wait_for 30 in_state one stopped; check $? "it powers off"
	partctl top --once >/tmp/top.text; check $? "top"
	grep -q '^one  *[0-9]* stopped  *1  *16M' /tmp/top.text; check $? "top has it"
	partctl destroy one
	tiny two 2 hypercall; check $? "one that works"
	sleep 1
	partctl top --count 2 --interval 1 --json | tail -n 1 >/tmp/top
	[ "$(sum hypercalls_per_s)" -gt 0 ] && [ "$(sum vps)" = 2 ] && [ "$(sum ring_bytes_in_per_s)" = 0 ]
	check $? "top sees what it does ($(sum exits_per_s) exits, $(sum hypercalls_per_s) hypercalls a second)"
	kill -9 "$(cat /run/hvpart/two/pid)"
	wait_for 30 grep -q owner-exited /tmp/events
	check $? "the end of a worker that is killed"
	partctl destroy two
	wait_for 10 grep -q '"partition-deleted".*two' /tmp/events
	[ "$(event partition-stopped one '.*"reason":"poweroff"')" = 1 ]
	check $? "monitor: stopped, and why"
	for e in named started deleted; do
		[ "$(event partition-$e one)" = 1 ] && [ "$(event partition-$e two)" = 1 ]
		check $? "monitor: $e"
	done
	! grep -q '"lost"' /tmp/events; check $? "monitor: nothing is lost"
	# Two are listening: that keeps nobody.
	rmmod hvpart; check $? "unload while others listen"
	wait $monitor
	[ $? = 4 ] && tail -n 1 /tmp/events | grep -q '"event":"unloaded"'
	check $? "monitor: unloaded, and ends"
	grep -q 'one partition-stopped poweroff' /tmp/events.text
	check $? "monitor: in words"
	[ $failed = 0 ] || sed 's/^/# /' /tmp/events /tmp/monitor.err /tmp/top /tmp/top.text
	partctl monitor >/dev/null 2>&1
	[ $? = 4 ]; check $? "monitor: not loaded"
	insmod /hvpart.ko; check $? "load again"
	echo "1..$n"
	status=$((status | failed))
}

insmod /hvpart.ko || { dmesg | tail -n 5; exit 1; }
for suite in "$@"; do
	if [ "$suite" = tools ]; then
		tools
	else
		"/netlink/$suite" || status=1
	fi
done
rmmod hvpart || status=1
exit $status

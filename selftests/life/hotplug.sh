#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Runs in L1: CPU 1 goes and comes while two partitions run. (To see it fail:
# let the way offline not promote the CPU; it does not come back.)
. /life/tap.sh

cpu1=/sys/devices/system/cpu/cpu1/online
online() { echo "$1" >$cpu1 && [ "$(cat $cpu1)" = "$1" ]; }
demoted() { [ "$(value cpu_demoted)" = "$1" ]; }
beats() { grep -c @@beat /tmp/deb.console; }
beats_again() { [ "$(beats)" -gt "$1" ]; }

load; check $? "load"
debian deb "life=beat" --vps 2 && partctl start deb && listen deb
check $? "a Debian child"
tiny busy 2 spin && wait_for 30 runs busy
check $? "a busy guest"
wait_for 120 heard deb "@@beat"
check $? "Debian is in userspace"
counters | grep -v -e leaf -e free >/tmp/before

i=0 bad=0
while [ $i -lt 10 ]; do
	online 0 && demoted 1 || { note "offline $i"; bad=$((bad + 1)); }
	taskset 1 true || bad=$((bad + 1))
	# On one CPU now, and both have to go on there.
	[ $((i % 3)) -gt 0 ] || wait_for 60 runs busy || { note "stands still, $i"; bad=$((bad + 1)); }
	online 1 && demoted 2 || { note "online $i"; bad=$((bad + 1)); }
	taskset 2 true || bad=$((bad + 1))
	i=$((i + 1))
done
[ $bad = 0 ]
check $? "CPU 1 offline and online, $i times ($bad failures)"

now=$(beats)
wait_for 60 beats_again $((now + 2))
check $? "Debian goes on"
wait_for 60 runs busy && wait_for 60 runs deb
check $? "every VP goes on"
online 0 && tiny late 2 timer && wait_for 60 runs late
check $? "a partition is made with CPU 1 offline"
online 1 && wait_for 60 runs late
check $? "it goes on when CPU 1 is back"
for c in 1 2; do
	taskset $c sh -c 'i=0; while [ $i -lt 2000 ]; do i=$((i + 1)); done'
	check $? "the root works on CPU mask $c"
done
partctl destroy late && partctl destroy busy && partctl destroy deb && nobody
check $? "all are destroyed"
online 0 && unload && online 1 && taskset 2 true
check $? "unload with CPU 1 offline; it comes back bare"
clean_kernel_log; check $? "the root's kernel log is clean"
plan

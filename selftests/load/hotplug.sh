#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Runs in L1 (2 CPUs): CPU offline and online while loaded, loads while a CPU is
# offline, suspend refused, a second load refused. TAP.

n=0 failed=0
ok() { n=$((n + 1)); echo "ok $n - $*"; }
not_ok() { n=$((n + 1)); failed=1; echo "not ok $n - $*"; }
check() { if [ "$1" = 0 ]; then shift; ok "$@"; else shift; not_ok "$@"; fi; }
cpu1=/sys/devices/system/cpu/cpu1/online
said() { dmesg | grep -q "hvpart: .*$1"; }

online() { echo "$1" >$cpu1 && [ "$(cat $cpu1)" = "$1" ]; }

insmod /hvpart.ko
check $? "load"
i=0 bad=0
while [ $i -lt "${CYCLES:-10}" ]; do
	online 0 && online 1 || bad=$((bad + 1))
	taskset 2 true || bad=$((bad + 1))
	i=$((i + 1))
done
[ $bad = 0 ]
check $? "CPU 1 offline and online, $i times ($bad failures)"

online 0 && rmmod hvpart && insmod /hvpart.ko
check $? "unload and load with CPU 1 offline"
online 1 && taskset 2 true
check $? "CPU 1 comes back demoted"

! echo freeze >/sys/power/state 2>/dev/null && said "suspend and hibernation are not"
check $? "suspend is refused with one line"

! insmod /hvpart.ko 2>/dev/null
check $? "a second load is refused"

rmmod hvpart
check $? "unload"
online 0 && online 1
check $? "CPU 1 offline and online on bare metal"
echo "1..$n"
exit $failed

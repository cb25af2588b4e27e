#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Runs in L1: CPU 1 falls in the hypervisor (selftests/life/fault). It says so,
# is bare again, and neither Linux nor the other CPU is lost with it.
. /life/tap.sh

log() { taskset 1 cat /sys/kernel/debug/hvpart/log >/tmp/log 2>/dev/null; }
logged() { log; grep -q "$1" /tmp/log; }

load; check $? "load"
# On CPU 0: it is no later call of CPU 1's that tells Linux.
taskset -p 1 $$ >/dev/null
tiny busy 2 spin && wait_for 30 runs busy
check $? "a child runs"
partctl monitor --json >/tmp/events 2>/dev/null &
monitor=$!
sleep 1
echo "@@astray"
i=0
while [ $i -lt 100 ] && taskset 2 cat /sys/kernel/debug/hvpart/log >/dev/null 2>&1; do
	i=$((i + 1)); sleep 0.2
done
[ $i -lt 100 ]
check $? "CPU 1 comes back with an error ($i)"
wait_for 10 sh -c "dmesg | grep -q 'hypervisor has failed on CPU 1, which is bare again'"
check $? "the root's kernel says so"
wait_for 10 grep -q '"event":"hypervisor-fault",.*"cpu":1}' /tmp/events
check $? "listeners are told: $(grep hypervisor-fault /tmp/events)"
wait_for 10 logged 'fault 14 error 10 rip 7deadbeef rflags [0-9a-f]* cr2 7deadbeef'
check $? "the log has vector, error code, RIP and CR2"
for r in "rax [0-9a-f]* rcx [0-9a-f]* rdx [0-9a-f]* rbx" "rsp 2[0-9a-f]\\{7\\} rbp" "r12 [0-9a-f]* r13"; do
	grep -q "$r" /tmp/log
	check $? "and the registers: $r"
done
grep -q 'stack 2[0-9a-f]\{7\}: 10[0-9a-f]\{6\} ' /tmp/log
check $? "and the stack, on which somebody returns to the image"
[ "$(grep -c 'fault ' /tmp/log)" = 1 ]
check $? "one fault"
[ "$(sed -n 's/^faults //p' /sys/kernel/debug/hvpart/info)" = 1 ]
check $? "and counted"
taskset 2 sh -c 'i=0; while [ $i -lt 2000 ]; do i=$((i + 1)); done'
check $? "CPU 1 works"
! wait_for 3 runs busy
check $? "the child stands still"
partctl destroy busy >/dev/null 2>&1
check $? "it can be destroyed"
[ "$(grep -c hypervisor-fault /tmp/events)" = 1 ]; check $? "and once"
unload; check $? "unload"
wait $monitor
taskset 2 true && taskset 1 true
check $? "both CPUs are there"
load && tiny again 2 cpuid && wait_for 30 runs again && partctl destroy again && unload
check $? "load again, run a child, unload"
plan

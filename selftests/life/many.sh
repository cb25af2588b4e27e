#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Runs in L1: eight partitions at once, two of them Debian. 22 VPs are more than
# the emulator has ASIDs (16, one of them the root's), so they have to be taken
# from one another. (A flush that is missing there is not seen: this emulator
# ignores ASIDs and flushes at every VMRUN. unit/svm takes those flushes out.)
. /life/tap.sh

tinies="spin cpuid out timer ipi halt"
all="deb1 deb2 $tinies"

# patient NAME: what spins for ever must not keep Debian from booting in time
echo +cpu >/sys/fs/cgroup/cgroup.subtree_control
mkdir /sys/fs/cgroup/patient
echo 10 >/sys/fs/cgroup/patient/cpu.weight
patient() { cat "/run/hvpart/$1/pid" >/sys/fs/cgroup/patient/cgroup.procs; }

load; check $? "load"
# What stays after the first partition is no loss.
tiny first 3 spin && wait_for 20 runs first
check $? "a first partition"
partctl destroy first
counters >/tmp/before

for t in $tinies; do
	tiny "$t" 3 "$t" && listen "$t" && wait_for 60 heard "$t" "@@running" && patient "$t"
	check $? "a tiny guest runs on 3 VPs: $t"
done
for d in deb1 deb2; do
	debian "$d" "life=beat" --vps 2 && partctl start "$d" && listen "$d"
	check $? "a Debian child, $d"
done
[ "$(value partition_count)" = 9 ]
check $? "eight partitions and the root"
for d in deb1 deb2; do
	wait_for 150 heard "$d" "@@end"
	check $? "$d reaches userspace"
	heard "$d" "cpus 0-1"
	check $? "$d has both VPs"
done
for p in $all; do
	# One that only waits for interrupts is not entered any more.
	[ "$p" = halt ] || { wait_for 60 runs "$p"; check $? "$p makes progress on every VP"; }
done
for d in deb1 deb2; do
	beats=$(grep -c @@beat /tmp/$d.console)
	wait_for 60 sh -c "[ \$(grep -c @@beat /tmp/$d.console) -gt $((beats + 2)) ]"
	check $? "$d is alive"
done

bad=0
for p in $all; do
	partctl destroy "$p" || bad=1
done
check $bad "all are destroyed"
as_before /tmp/before
check $? "the page counts are back"
unload; check $? "unload"
clean_kernel_log; check $? "the root's kernel log is clean"
plan

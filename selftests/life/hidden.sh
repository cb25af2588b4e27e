#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Runs in L1: a module reads and writes what the hypervisor hides. It finds
# zeros and takes #GP, both are counted, and the machine goes on. (On the bare
# machine, hvpart never loaded, the same module writes and reads back.)
. /life/tap.sh

pages() { awk '{ print $2 }' /sys/kernel/debug/hvpart/hidden | sort -u | tr '\n' ' '; }
tried=0		# writes; busybox's insmod tries a module that refuses twice
touch_pages() {
	dmesg -c >/dev/null
	insmod /hvp_hidden.ko pfn="$(echo $1 | tr ' ' ',')" 2>/dev/null
	dmesg | sed -n 's/.*\(@@hidden .*\)/\1/p' >/tmp/touched
	sed 's/^/# /' /tmp/touched
	tried=$((tried + 4 * $(wc -l </tmp/touched)))
	[ -s /tmp/touched ] && ! grep -qv 'read zeros write 4 of 4' /tmp/touched
}

load; check $? "load"
tiny busy 2 cpuid && wait_for 30 runs busy
check $? "a child runs"
sed 's/^/# /' /sys/kernel/debug/hvpart/hidden
grep -q '^pool' /sys/kernel/debug/hvpart/hidden
check $? "there are hidden pages of the image and of pools"
some=$(pages)
reads=$(value hidden_reads) writes=$(value hidden_writes)

touch_pages "$some"
check $? "reads find zeros, writes take #GP"
touch_pages "$some"
check $? "and once more, now that zeros are mapped there"
note "$(($(value hidden_reads) - reads)) reads, $(($(value hidden_writes) - writes)) writes counted"
[ "$(value hidden_reads)" -gt "$reads" ]
check $? "the reads are counted"
[ $(($(value hidden_writes) - writes)) = $tried ]
check $? "each write is counted"
[ "$(value faults)" = 0 ] && wait_for 30 runs busy
check $? "the child goes on"
partctl destroy busy && tiny next 2 ipi && wait_for 30 runs next && partctl destroy next
check $? "another one comes and goes"

# A page that was given back while zeros stood in its place must be writable:
# fill nearly all free memory.
wait_for 20 nobody
mb=$(awk '/^MemFree:/ { print int($2 / 1024) - 200 }' /proc/meminfo)
mount -o remount,size=100% /dev/shm
dd if=/dev/zero of=/dev/shm/fill bs=1M count="$mb" 2>/dev/null
[ "$(wc -c </dev/shm/fill)" = $((mb * 1048576)) ]
check $? "what was hidden is Linux's own again ($mb MiB written)"
rm -f /dev/shm/fill
unload; check $? "unload"
clean_kernel_log; check $? "the root's kernel log is clean"
plan

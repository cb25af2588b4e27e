#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The demo inside L1: demote, run a child, promote. Its output is what the
# person at "make demo" watches; "@@sum" lines are for the summary at the end.
set -u
export PATH=/hvpart/bin:$PATH
fail() { echo "demo: $*"; dmesg | tail -30; partctl log 2>/dev/null | tail; exit 1; }
step() { echo; echo "--- $*"; }
info() { partctl info --json | sed -n "s/^ *\"$1\": *\([0-9]*\).*/\1/p" | head -1; }
now_ms() { awk '{ printf "%d", $1 * 1000 }' /proc/uptime; }
# Free, caches, and what lies on the CPUs' own lists (zoneinfo's "count").
free_kib() {
	sync; echo 3 >/proc/sys/vm/drop_caches; sleep 0.3
	awk '/^(MemFree|Buffers|Cached|SReclaimable):/ { t += $2 }
		/^ +count:/ { t += 4 * $2 } END { print t }' /proc/meminfo /proc/zoneinfo
}

step "A stock kernel is running (L1)"
echo "Linux $(uname -r), $(grep -c ^processor /proc/cpuinfo) CPUs"
partctl check || fail "this machine does not qualify"
# Once in and out: what Linux itself allocates for a first module stays.
partctl enable --module /hvpart.ko >/dev/null && partctl disable >/dev/null || fail "first load"
free_before=$(free_kib)

step "partctl enable (insmod hvpart.ko): the running kernel becomes the root partition"
t0=$(now_ms)
partctl enable --module /hvpart.ko || fail "enable"
demote_ms=$(($(now_ms) - t0))
dmesg | sed -n 's/.*\(hvpart: this kernel.*\)/\1/p' | tail -1
pages_before=$(info deposited_pages)
echo "CPUs demoted: $(info cpu_demoted), hypervisor image: $(info image_bytes) bytes of text and read-only data"

step "partctl run: an unmodified Debian kernel as its child (L2), to a shell"
mkfifo /tmp/keys
: >/tmp/console
exec 3>&1
type_line() { echo "$1"; sleep 0.7; }
has_driver() { partctl memory info debian --json 2>/dev/null | grep -q '"can_add": true'; }
# What a person would type at the child's shell, once it is there; and in the
# root, while the child runs.
(
	while ! grep -q '@@shell' /tmp/console; do sleep 0.2; done
	type_line 'uname -srm'
	while ! has_driver; do sleep 0.2; done
	type_line 'grep MemTotal /proc/meminfo'
	{
		echo
		echo "--- partctl memory add debian 128M: in the root, while the child runs"
		partctl memory add debian 128M --json >/tmp/added || echo "it failed"
		sed -n 's/^ *"ms": *\([0-9]*\).*/the guest has confirmed it after \1 ms/p' /tmp/added
		partctl memory info debian
	} >&3 2>&1
	sleep 0.5
	type_line 'grep MemTotal /proc/meminfo'
	sleep 0.5
	{
		echo
		echo "--- partctl stop debian: the child shuts down by itself"
		partctl stop debian && echo asked >/tmp/stopped
	} >&3 2>&1
	sleep 60
) >/tmp/keys &
typist=$!
t0=$(now_ms)
partctl run debian --kernel /l2/vmlinuz --initrd /l2/initrd \
	--cmdline 'console=ttyS0 quiet cryptomgr.notests memhp_default_state=online' --memory 256M --vps 2 \
	</tmp/keys | tee /tmp/console | grep -v '^@@'
child_ms=$(($(now_ms) - t0))
kill $typist
grep -q 'Microsoft Hyper-V' /tmp/console || fail "the child did not find Hyper-V"
grep -q '@@shell' /tmp/console || fail "the child did not reach its shell"
total() { tr -d '\r' </tmp/console | sed -n 's/^MemTotal: *\([0-9]*\) kB/\1/p'; }
added() { sed -n "s/^ *\"$1\": *\([0-9]*\).*/\1/p" /tmp/added; }
total_before=$(total | head -1) total_after=$(total | tail -1)
[ "$(added done)" = 134217728 ] || fail "no memory was added"
[ "$total_after" -gt $((total_before + 120000)) ] || fail "the child has no more memory"
[ -s /tmp/stopped ] || fail "partctl stop"
grep -q 'asked to shut down' /tmp/console || fail "the child was not asked to shut down"
grep -q 'Power down' /tmp/console || fail "the child did not power off"

step "partctl disable (rmmod): back on the bare machine"
pages_after=$(info deposited_pages)
faults=$(info faults)
partctl disable || fail "disable"
dmesg | sed -n 's/.*\(hvpart: back.*\)/\1/p' | tail -1
[ ! -e /sys/module/hvpart ] || fail "still loaded"
lost=$((free_before - $(free_kib)))

init_s=$(sed -n 's/@@init //p' /tmp/console | tr -d '\r')
echo "@@sum kernel $(uname -r)"
echo "@@sum demoted_ms $demote_ms"
echo "@@sum child_userspace_s $init_s"
echo "@@sum child_life_ms $child_ms"
echo "@@sum clocks $(tr -d '\r' </tmp/console | sed -n 's/^clock source: *//p; s/^clock event: *//p' | tr '\n' ' ')"
echo "@@sum vps $(tr -d '\r' </tmp/console | sed -n 's/^processors: *//p')"
echo "@@sum added_mib $(($(added done) >> 20))"
echo "@@sum added_ms $(added ms)"
echo "@@sum total_before $total_before"
echo "@@sum total_after $total_after"
echo "@@sum pages $pages_before $pages_after"
[ "$lost" -gt 0 ] && echo "@@sum lost_kib $lost" || echo "@@sum lost_kib 0"
echo "@@sum faults $faults"
[ "$faults" = 0 ] || fail "a fault in the hypervisor"
# Chunks of 2 MiB are what could be lost; the rest is the page cache's noise.
[ "$lost" -lt 1024 ] || fail "$lost KiB did not come back"

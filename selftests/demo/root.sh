#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The demo inside L1: demote, run a child, promote. Its output is what the
# person at "make demo" watches.
set -u
export PATH=/hvpart/bin:$PATH
fail() { echo "demo: $*"; dmesg | tail -30; partctl log 2>/dev/null | tail; exit 1; }
step() { echo; echo "--- $*"; }
free_pages() { sed -n 's/^MemFree: *\([0-9]*\).*/\1/p' /proc/meminfo; }
counter() { partctl info --json | sed -n "s/.*\"$1\": *\([0-9]*\).*/\1/p" | head -1; }

step "A stock kernel is running (L1)"
echo "Linux $(uname -r), $(grep -c ^processor /proc/cpuinfo) CPUs, no hypervisor below"
partctl check || fail "this machine does not qualify"

step "insmod hvpart.ko: the running kernel becomes the root partition"
t0=$(cut -d' ' -f1 /proc/uptime)
partctl enable --module /hvpart.ko || fail "enable"
t1=$(cut -d' ' -f1 /proc/uptime)
dmesg | grep hvpart | tail -3
partctl info || fail "info"

step "partctl run: an unmodified Debian kernel as its child (L2), with a shell"
# What a person would type at the child's shell.
(
	sleep 1
	while ! grep -q '@@shell' /tmp/console; do sleep 0.2; done
	printf 'uname -a\ncat /proc/interrupts | head -4\npoweroff -f\n'
) >/tmp/typed &
mkfifo /tmp/keys
(
	while ! grep -q '@@shell' /tmp/console 2>/dev/null; do sleep 0.2; done
	printf 'uname -srm\n'; sleep 0.5
	printf 'free -m\n'; sleep 0.5
	printf 'poweroff -f\n'
	sleep 20
) >/tmp/keys &
: >/tmp/console
partctl run debian --kernel /l2/vmlinuz --initrd /l2/initrd \
	--cmdline 'console=ttyS0 quiet cryptomgr.notests' --memory 256M --vps 2 \
	</tmp/keys | tee /tmp/console
partctl list
grep -q 'Microsoft Hyper-V' /tmp/console || fail "the child did not find Hyper-V"
grep -q '@@shell' /tmp/console || fail "the child did not reach its shell"

step "rmmod: back on the bare machine"
partctl disable || fail "disable"
dmesg | grep hvpart | tail -3
lsmod | grep -q '^hvpart' && fail "still loaded"
echo "@@demo ok $t0 $t1"

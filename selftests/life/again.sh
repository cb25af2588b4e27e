#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Runs in L1: a Debian child starts another kernel by kexec while all its channels
# are open: dynamic memory, with memory added and ballooned out, integration
# components, loopback under load (6.1 has no driver for that). The next kernel has
# them all once more.
. /life/tap.sh

mem() { partctl memory info again --json | sed -n "s/^ *\"$1\": *\([0-9]*\).*/\1/p" | head -1; }
is_61() { case $(uname -r) in 6.1.*) ;; *) false ;; esac; }
no_complaint() { ! grep -E '@@(failed|complaint)|Kernel panic' /tmp/again.console; }

# turn N: what works in each kernel
turn() {
	wait_for 120 heard again "@@turn $1,"
	check $? "kernel $1: it is there"
	if ! is_61; then
		[ "$(grep -c '@@loopback 200 of 200' /tmp/again.console)" = "$1" ]
		check $? "kernel $1: packets go and come back"
	fi
	wait_for 40 beats again ok && grows again heartbeat answers
	check $? "kernel $1: its heart beats"
	have=$(mem assigned)
	partctl memory add again 128M >/tmp/out && [ "$(mem assigned)" = $((have + (128 << 20))) ]
	check $? "kernel $1: it takes memory: $(cat /tmp/out)"
	partctl memory set again $(((have >> 20) + 64))M >/tmp/out && [ "$(mem ballooned)" = $((64 << 20)) ]
	check $? "kernel $1: and gives some back: $(cat /tmp/out)"
	no_complaint; check $? "kernel $1: nothing fails"
}

load; check $? "load"
partctl create again --kernel /l2/vmlinuz --initrd /l2/initrd-kexec --vps 2 --memory 512M \
	--memory-max 2G --debug-loopback 1 --cmdline "console=ttyS0 quiet cryptomgr.notests \
	memhp_default_state=online life=again" && partctl start again && dial again
check $? "a child"
turn 1
say again kexec
turn 2
partctl stop again >/tmp/out; check $? "stop: $(cat /tmp/out)"
heard again "@@asked poweroff"; check $? "the next kernel's init was asked"
sed -n 's/^@@turn/# kernel/p' /tmp/again.console
[ $failed = 0 ] || tail -n 60 /tmp/again.console | sed 's/^/# /'
nobody; check $? "nothing is left"
unload; check $? "unload"
clean_kernel_log; check $? "the root's kernel log is clean"
plan

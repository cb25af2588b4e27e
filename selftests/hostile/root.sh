#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Runs in L1. For each hostile guest: how it ended, and whether the root is as it
# was: no complaint in the kernel log, its clock ticks, partctl answers, another
# guest runs. TAP.
#
#	CASES: names, or empty for all; REAL: not below an emulator
set -u
export PATH=/hvpart/bin:$PATH
WIDE="--privileges 0x10003000008EFF --hints 0xE3C --features-edx 0xA0520"

case $(partctl help run 2>&1) in
*--features-edx*) ;;
*)	WIDE=${WIDE%--features-edx*} ;;
esac

# NAME END [LIMIT [CMDLINE]]. END is what partctl may say of it: "off" powered
# off after "@@survived", "triple", "error" (the worker gave up, in words),
# "killed" (goes on until the suite ends it), or several with commas between.
list() {
	cat <<-END
	unknown-calls off 120
	control-words off 60
	rep-counts off
	input-pages off
	input-overlays off
	vp-sets off 60
	vp-masks off
	post-flood off 60
	pages-same off 60
	pages-nowhere off
	page-in-hole off
	page-on-page-table off
	page-on-own-table off,triple,error
	stimer-without-simp off 60
	tsc-page-unmapped off
	assist-unmapped off
	race-input off 90
	race-input-overlay off 90
	race-tsc-page off 90
	race-hypercall-page off 90
	race-message-page off 90
	instructions off
	cpl3 off
	xsetbv off
	alignment-check off
	msr-sweep off 120
	msr-random off 60
	x2apic-sweep off
	apic-modes off
	cpuid-sweep off
	port-sweep off 120
	port-strings off
	mmio-sweep off
	ipi-storm off 60
	timer-storm killed,off 5
	timer-values off
	nmi-storm off 60
	init-sipi-storm off 60
	init-nmi-storm off,triple,error 60
	init-self off
	init-others off
	triple-no-idt triple
	triple-bad-cr3 triple
	triple-bad-stack triple
	triple-ap triple
	tables-nowhere triple,error
	table-entry-nowhere off,triple,error
	exec-mmio error
	exec-ioapic error
	idt-nowhere triple,error
	stack-nowhere triple,error
	cli-spin killed 4
	cli-halt killed 3
	idle-for-ever killed 3
	fault-loop off,triple
	END
	# The emulator aborts when event delivery hits a breakpoint.
	[ -z "$REAL" ] || echo "db-loop killed,off,triple 4"
	for v in 0 1 2 3 4 5; do
		echo "control-registers off,error 30 variant=$v"
	done
	for v in 0 1 2 3 4; do
		echo "prefixed off,error,triple 30 variant=$v"
	done
	for v in 0 1 2 3; do
		echo "cr0-nonsense off,error,triple 30 variant=$v"
	done
	for v in 0 1 2 3 4 5 6 7 8; do
		echo "mmio-odd off,error,triple 30 variant=$v"
	done
	for v in 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
		echo "real-mode-junk off,error,triple 30 variant=$v"
	done
}

n=0 failed=0
result() {
	n=$((n + 1))
	if [ -z "$2" ]; then
		echo "ok $n - $1"
	else
		failed=1
		echo "not ok $n - $1:$2"
	fi
}

ticks() { awk '$1 == "LOC:" { for (i = 2; $i + 0 == $i; i++) print $i }' /proc/interrupts; }
ms() { awk '{ printf "%d\n", $1 * 1000 }' /proc/uptime; }

# While a guest spins with interrupts off, each CPU of the root takes its own.
root_ticks() {
	ticks >/tmp/ticks.1
	before=$(ms)
	for cpu in $(seq 0 $(($(nproc) - 1))); do
		taskset $((1 << cpu)) sh -c 'i=0; while [ $i -lt 20 ]; do sleep 0.01; i=$((i + 1)); done' &
		waiters="$waiters $!"
	done
	# shellcheck disable=SC2086
	wait $waiters
	waiters=
	after=$(ms)
	ticks >/tmp/ticks.2
	[ $((after - before)) -lt 3000 ] || why="$why twenty naps of 10 ms take $((after - before)) ms;"
	paste /tmp/ticks.1 /tmp/ticks.2 | while read -r a b; do
		[ "$b" -gt "$a" ] || echo stopped
	done | grep -q stopped && why="$why a CPU has no timer interrupts;"
}
waiters=

killed_case() {
	partctl run "$1" --kernel /guests/hostile.elf --memory 32M --vps 2 $WIDE \
		--cmdline "case=$1 cpus=2" </dev/null >/tmp/console 2>&1 &
	pid=$!
	i=0
	until grep -q '@@running' /tmp/console || [ $i -ge 100 ]; do
		sleep 0.1
		i=$((i + 1))
	done
	sleep 1
	root_ticks
	sleep "$2"
	partctl destroy "$1" >/dev/null 2>&1
	wait $pid
	code=$?
}

ended_case() {
	timeout "$2" partctl run "$1" --kernel /guests/hostile.elf --memory 32M --vps 2 $WIDE \
		--cmdline "case=$1 cpus=2 $3" --on-reboot destroy --on-crash preserve \
		--on-panic destroy </dev/null >/tmp/console 2>&1
	code=$?
}

# What partctl's exit status is called here.
name_of() {
	case $1 in
	0) echo off ;;
	10) echo reset ;;
	11) echo panic ;;
	12) echo triple ;;
	13) echo killed ;;
	14) echo error ;;
	124|143) echo timeout ;;
	*) echo "status-$1" ;;
	esac
}

healthy() {
	if dmesg -c | grep -E 'BUG:|WARNING: CPU|Oops:|soft lockup|rcu.*stall|hvpart: .*bug' >/tmp/complaints; then
		why="$why kernel log: $(head -n 1 /tmp/complaints);"
	fi
	timeout 10 partctl list >/dev/null || why="$why partctl list fails;"
	timeout 20 partctl run probe --kernel /guests/tiny.elf --memory 16M --vps 1 \
		--cmdline "do=cpuid count=10" </dev/null >/tmp/probe 2>&1
	grep -q '@@done' /tmp/probe || why="$why no other guest runs;"
}

one() {
	name=$1 ends=$2 limit=${3:-30} extra=${4:-} why=
	case $ends in
	killed*) killed_case "$name" "$limit" ;;
	*) ended_case "$name" "$limit" "$extra" ;;
	esac
	end=$(name_of $code)
	case ",$ends," in
	*",$end,"*) ;;
	*) why="$why it ends with $end, not $ends;" ;;
	esac
	# Where the guest may end in several ways, what it says is only colour.
	if [ "$ends" = off ] && grep -q '@@fail' /tmp/console; then
		why="$why $(grep -m 1 '@@fail' /tmp/console | tr -d '\r');"
	fi
	if [ "$ends" = off ] && ! grep -q '@@survived' /tmp/console; then
		why="$why the guest gave up;"
	fi
	partctl log "$name" 2>/dev/null | tail -n 2 >>/tmp/console
	partctl destroy "$name" >/dev/null 2>&1
	healthy
	result "$name${extra:+ $extra} ($end)" "$why"
	[ -z "$why" ] || sed 's/^/# /' /tmp/console | tail -n 12
}

wanted() {
	[ -z "$CASES" ] && return 0
	case " $CASES " in *" $1 "*) return 0 ;; esac
	return 1
}

partctl enable --module /hvpart.ko || { dmesg | tail -n 20; exit 1; }
dmesg -c >/dev/null
list >/tmp/list
# Not on standard input: partctl reads that.
while read -r name ends limit extra <&3; do
	! wanted "$name" || one "$name" "$ends" "$limit" "$extra"
done 3</tmp/list
why=
partctl disable || why=" it does not unload;"
result "the hypervisor leaves" "$why"
echo "1..$n"
exit $failed

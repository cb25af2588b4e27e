#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Runs in L1: a child that spins with interrupts off, on each CPU in turn, and
# the root's ticks there meanwhile. (To see it fail: do not intercept
# physical interrupts in a child.)
#
# The emulator's timers come late when its host is busy. So a measurement is one
# of a pair: the other has an ordinary program that never sleeps in the place of
# the child, and the best of a few pairs counts. A child that holds up ticks
# does so in every one.
. /life/tap.sh

HZ=250			# Debian's
SECONDS_EACH=3
TRIES=8

# ticks CPU
ticks() { awk -v f=$(($1 + 2)) '$1 == "LOC:" { print $f }' /proc/interrupts; }
ms() { awk '{ printf "%d\n", $1 * 1000 }' /proc/uptime; }

# measure CPU: LOOPS that a shell does there a second, TICKS in 1000 of HZ
measure() {
	taskset $((1 << $1)) sh -c '
		i=0
		trap "echo \$i; exit" TERM
		while :; do i=$((i + 1)); done' >/tmp/loops &
	pid=$!
	t0=$(ticks "$1") m0=$(ms)
	sleep $SECONDS_EACH
	t1=$(ticks "$1") m1=$(ms)
	kill $pid
	wait $pid
	LOOPS=$(($(cat /tmp/loops) * 1000 / (m1 - m0)))
	TICKS=$(((t1 - t0) * 1000000 / (HZ * (m1 - m0))))
}

# program CPU: as measure, with programs on the CPUs that the child spins on
program() {
	rivals=
	kill -STOP "$(cat /run/hvpart/spin/pid)"
	for c in $where; do
		taskset $((1 << c)) sh -c 'while :; do :; done' &
		rivals="$rivals $!"
	done
	measure "$1"
	# shellcheck disable=SC2086
	{ kill $rivals; wait $rivals; } 2>/dev/null
	kill -CONT "$(cat /run/hvpart/spin/pid)"
	fair_loops=$LOOPS fair_ticks=$TICKS
}

# keeps CPU: of the ticks nine tenths, of the loops at least half
keeps() {
	try=0
	while [ $try -lt $TRIES ]; do
		program "$1"
		measure "$1"
		note "CPU $1: $((TICKS / 10)) % of the ticks, $LOOPS loops; beside a program $((fair_ticks / 10)) %, $fair_loops"
		[ $LOOPS -ge $((fair_loops / 2)) ] &&
			[ $TICKS -ge $((fair_ticks < 1000 ? fair_ticks * 9 / 10 : 900)) ] && return
		try=$((try + 1))
	done
	return 1
}

load; check $? "load"
for cpu in 0 1; do
	where=$cpu
	taskset $((1 << cpu)) sh -c '. /life/tap.sh; tiny spin 1 spin' && wait_for 60 runs spin
	check $? "a child spins with interrupts off on CPU $cpu"
	keeps $cpu
	check $? "CPU $cpu keeps at least 90 % of its ticks, and programs their share"
	runs spin
	check $? "the child has spun all along"
	partctl destroy spin
	check $? "it is destroyed"
done

where="0 1"
tiny spin 2 held && wait_for 60 runs spin
check $? "a child makes calls on both, with an interrupt that waits"
keeps 0 && keeps 1
check $? "both keep their ticks"
partctl destroy spin; unload; check $? "unload"
clean_kernel_log; check $? "the root's kernel log is clean"
plan

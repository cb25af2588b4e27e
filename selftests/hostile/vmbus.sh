# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# Runs in L1. A group of attacks of hostile_vmbus.elf is a partition of its own.
# After each attack the guest has seen what it should, and its host still works;
# after each group the worker has lived to the end, the root's kernel has not
# complained, no page is missing, and a neighbour that talks to its own VMBus all
# the time has not noticed. TAP.
#
#	CASES: names of attacks or groups, or empty for all
. /life/tap.sh
GUEST=/guests/hostile_vmbus.elf
WIDE="--privileges 0x3000008EFF --hints 0xE3C --features-edx 0xA0520"
LIMIT=240

# run NAME CMDLINE: how it ended is in $code, what it said in /tmp/console
run() {
	# shellcheck disable=SC2086
	timeout $LIMIT partctl run "$1" --kernel $GUEST --memory 32M --vps 2 $WIDE \
		--debug-loopback 2 --cmdline "$2 cpus=2" --on-reboot destroy \
		--on-crash preserve --on-panic destroy </dev/null 2>&1 |
		tr -d '\r' >/tmp/console
	grep -q "powered off" /tmp/console; code=$?
	partctl log "$1" 2>/dev/null >/tmp/log
	partctl destroy "$1" >/dev/null 2>&1
}

# The guest asks to be asked: "@@please STATUS WORDS .", the words for partctl, with
# % for its own name, and how that shall end.
oblige() {
	answered=0
	while :; do
		sed -n 's/^@@please \(.*\) \.$/\1/p' /tmp/console | sed -n "$((answered + 1))p" >/tmp/please
		if [ ! -s /tmp/please ]; then
			[ ! -e /tmp/over ] || return
			sleep 0.1
			continue
		fi
		answered=$((answered + 1))
		read -r want what </tmp/please
		# shellcheck disable=SC2086
		timeout 60 partctl ${what%%"%"*}"$1"${what#*"%"} >/tmp/answer 2>&1
		got=$?
		[ $got = "$want" ] || echo "$what: $got: $(head -n 1 /tmp/answer)" >>/tmp/unpleased
	done
}

beats() { grep -c '@@beat' /tmp/neighbour.console; }
more_beats() { [ "$(beats)" -gt "$1" ]; }

# What each attack of /tmp/console has met.
results() {
	grep '^@@begin' /tmp/console | while read -r _ name; do
		sed -n "/^@@begin $name\$/,/^@@survived $name\$/p" /tmp/console >/tmp/one
		if grep -q '^@@survived' /tmp/one && ! grep -q '^@@fail' /tmp/one; then
			echo "0 $name"
		else
			echo "1 $name $(grep -m 3 '^@@fail' /tmp/one | tr '\n' ' ')"
		fi
	done
}

root_well() {
	if dmesg -c | grep -E 'BUG:|WARNING: CPU|Oops:|soft lockup|rcu.*stall|hvpart: .*bug' >/tmp/complaints; then
		why="$why kernel log: $(head -n 1 /tmp/complaints);"
	fi
	wait_for 5 more_beats "$heard" || why="$why the neighbour is silent;"
	! grep '@@fail' /tmp/neighbour.console >/tmp/complaints ||
		why="$why the neighbour: $(head -n 1 /tmp/complaints);"
	as_before /tmp/counters || why="$why pages are missing;"
}

# attack NAME CMDLINE
attack() {
	why='' heard=$(beats) begun=$(ms)
	rm -f /tmp/over /tmp/unpleased
	: >/tmp/console
	case $1 in asked*) oblige "$1" & obliging=$! ;; *) obliging= ;; esac
	run "$1" "$2"
	: >/tmp/over
	[ -z "$obliging" ] || wait "$obliging"
	[ ! -s /tmp/unpleased ] || why="$why $(tr '\n' ';' </tmp/unpleased)"
	results >/tmp/results
	while read -r code_of what <&4; do
		check "$code_of" "$what"
	done 4</tmp/results
	[ $code = 0 ] || why="$why its worker did not live to its end;"
	[ -s /tmp/results ] || why="$why it did nothing;"
	root_well
	[ -z "$why" ]
	check $? "$1: the root is well$why"
	note "$1: $(($(ms) - begun)) ms"
	! grep -q '^1' /tmp/results && [ -z "$why" ] ||
		cat /tmp/console /tmp/log | tail -n 30 | sed 's/^/# /'
}
ms() { awk '{ printf "%d\n", $1 * 1000 }' /proc/uptime; }

load; check $? "load"
dmesg -c >/dev/null
# shellcheck disable=SC2086
partctl create neighbour --kernel $GUEST --memory 32M --vps 2 $WIDE --debug-loopback 2 \
	--cmdline "case=neighbour cpus=2" && partctl start neighbour && listen neighbour
wait_for 20 more_beats 3
check $? "a neighbour"
run names ""
sed -n 's/^@@group //p' /tmp/console >/tmp/groups
[ "$(wc -l </tmp/groups)" -gt 10 ]; check $? "the guest has its attacks"
counters >/tmp/counters
if [ -n "$CASES" ]; then
	for name in $CASES; do attack "$name" "case=$name group=$name"; done
else
	while read -r name <&3; do attack "$name" "group=$name"; done 3</tmp/groups
fi
partctl destroy neighbour
nobody; check $? "nothing is left"
unload; check $? "unload"
clean_kernel_log; check $? "the root's kernel log is clean"
plan

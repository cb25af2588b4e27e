#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Runs in L1: boots the conformance guest in every kind of partition that the
# statements need, and looks where only the parent can.
#
#	BOOTS=all or names, BREAKS="N:GROUP:STATEMENT …", LOOPS, VPS
set -u
export PATH=/hvpart/bin:$PATH
ELF=/guests/conformance.elf

# Every bit that is built: leaf 3 EAX 0-7, 9, 10, 11, 15, EBX 4, 5; hints 2-5, 9,
# 10, 11; leaf 3 EDX 5, 8, 10, 17, 18, 19.
WIDE="--privileges 0x3000008EFF --hints 0xE3C --features-edx 0xE0520"
# EAX 1, 2, 3, 5, 6, 11; EDX 8, 10: no posts, signals, direct timers.
NARROW="--privileges 0x86E --hints 0x220 --features-edx 0x500"

# Without the option the statements that need other features fail.
case $(partctl help run 2>&1) in
*--features-edx*) ;;
*)	WIDE=${WIDE%--features-edx*} NARROW=${NARROW%--features-edx*} ;;
esac
# The statements that need somebody who posts and signals.
PORTS="6 7 8"

trouble() { echo "@@trouble $*"; failed=1; }
wanted() { case " $BOOTS " in *" all "*|*" $1 "*) return 0 ;; esac; return 1; }

# guest NAME SECONDS CMDLINE OPTION...: its console is our output; $code is what
# partctl made of its end.
guest() {
	name=$1 limit=$2 cmdline=$3
	shift 3
	echo "@@boot $name"
	timeout "$limit" partctl run "$name" --kernel $ELF --memory 32M --vps "$VPS" \
		--cmdline "cpus=$VPS loops=$LOOPS $cmdline" \
		--on-panic preserve --on-reboot preserve --on-crash preserve "$@" </dev/null
	code=$?
	echo
	if [ $code = 124 ] || [ $code = 143 ]; then
		trouble "$name: no end after $limit s"
		partctl stat "$name"
	fi
	info=$(partctl info "$name" --json 2>/dev/null | tr -d ' \n')
	echo "# $name: status $code $info"
	case $info in
	'') ;;
	*)	partctl log "$name" 2>/dev/null | tail -n 5 | sed 's/^/# /'
		partctl destroy "$name" || trouble "$name: destroy" ;;
	esac
}

# ports NAME SECONDS CMDLINE OPTION...: the same in the hands of the counterpart.
ports() {
	name=$1 limit=$2 cmdline=$3
	shift 3
	echo "@@boot $name"
	timeout "$limit" hvp-counterpart --vps "$VPS" \
		--cmdline "cpus=$VPS loops=$LOOPS boot=ports $cmdline" "$@" $ELF
	code=$?
	echo
	[ $code = 0 ] || trouble "$name: status $code"
}

# Which of them has the group's statements?
has_ports() { case " $PORTS " in *" $1 "*) return 0 ;; esac; return 1; }

says() { case $info in *"$1"*) return 0 ;; esac; return 1; }

statement() {
	number=$1 text=$2
	shift 2
	if "$@"; then
		echo "ok $number - $text"
	else
		echo "not ok $number - $text: the host sees $info"
	fi
}

was_reset() { says '"reason":"reset"'; }

parameters_arrived() {
	says '"p0":"0xdead000000000001"' && says '"p1":"0x123456789abcdef"' &&
	says '"p2":"0xffffffffffffffff"' && says '"p3":"0x8000000000000000"' &&
	says '"p4":"0x55aa55aa"'
}

message_arrived() { says '"message":"hvpartconformance:thelastwords"'; }
# The notification without a message.
dropped() { says '"p0":"0x173"' && says '"message":""'; }

statements() {
	! wanted main || guest main $((300 + LOOPS / 500)) boot=main $WIDE
	! wanted ports || ports ports $((300 + LOOPS / 100)) "" $WIDE
	! wanted narrow || guest narrow 60 boot=narrow $NARROW
	if wanted lock; then
		guest lock 60 boot=lock $WIDE
		statement 29 "the parent sees the reset" was_reset
	fi
	if wanted crash; then
		guest crash 60 boot=crash $WIDE
		statement 171 "the parent gets P0 to P4 unchanged" parameters_arrived
		guest message 60 boot=message $WIDE
		statement 173 "the parent gets the crash message" message_arrived
		guest bad-gpa 60 "boot=bad-message bad=gpa" $WIDE
		statement 174 "the notification of a bad address" dropped
		guest bad-length 60 "boot=bad-message bad=length" $WIDE
		statement 174 "the notification of a bad length" dropped
	fi
}

failed=0
partctl enable --module /hvpart.ko || { dmesg | tail -n 20; trouble "no hypervisor"; exit 1; }
[ "$BOOTS" = none ] || statements
for b in $BREAKS; do
	n=${b%%:*} rest=${b#*:}
	if has_ports "${rest%%:*}"; then
		ports "break-$n" 180 "group=${rest%%:*}" $WIDE --debug-break "$n"
	else
		guest "break-$n" 180 "boot=main group=${rest%%:*}" $WIDE \
			--debug-break "$n"
	fi
done
partctl disable || trouble "disable"
if dmesg | grep -E 'BUG:|WARNING: CPU|Oops:|general protection fault'; then
	trouble "the kernel log"
fi
exit $failed

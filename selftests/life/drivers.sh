#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Runs in L1: in one Debian child CPU 1 goes and comes, in another one vmbus and what
# stands on it is unloaded and loaded: without an answer to UNLOAD it would wait for
# ever. In a third one CPU 1 goes and comes while a busy channel is bound to it.
#
# The second has no synthetic timers, since Linux (6.1, 6.12) does not survive the
# unloading with any, on any Hyper-V. Direct ones vmbus stops but leaves
# registered as clock events, so that no CPU has a timer any more. Those by
# message it asks to be unbound; with more than one VP one CPU's local APIC timer
# is the broadcast device and cannot take over, the request fails, its answer is
# not looked at, and the next message calls into what has been freed.
. /life/tap.sh

NO_TIMERS=0x3000000A76	# the default without HV_MSR_SYNTIMER_AVAILABLE

# ends NAME: the child is through, and says what failed
ends() {
	wait_for 120 heard "$1" "@@done"
	check $? "$1: it comes to its end"
	heard "$1" "@@done" || tail -n 40 "/tmp/$1.console" | sed 's/^/# /'
	! grep -E '@@(failed|complaint)' "/tmp/$1.console"
	check $? "$1: nothing fails, no complaint in its kernel log"
	wait_for 60 in_state "$1" stopped
	check $? "$1: it powers off"
	partctl destroy "$1"
}

load; check $? "load"
debian cpus "life=cpus" --vps 2 --on-poweroff preserve && partctl start cpus && listen cpus
check $? "a child whose CPU 1 goes and comes"
debian bus "life=vmbus" --vps 2 --on-poweroff preserve --privileges $NO_TIMERS &&
	partctl start bus && listen bus
check $? "a child that unloads and loads vmbus"
debian moved "life=moved" --vps 2 --on-poweroff preserve --debug-loopback 1 &&
	partctl start moved && listen moved
check $? "a child that moves a channel from CPU to CPU"
ends cpus
heard cpus "@@clock Hyper-V clockevent"
check $? "cpus: its synthetic timer comes back"
ends bus
heard bus "@@vmbus 4" || heard bus "@@vmbus is built in"
check $? "bus: it negotiates anew each time"
ends moved
how=refused
case $(uname -r) in 7.*) how="moved by itself" ;; esac
[ "$(grep -c "@@$how" /tmp/moved.console)" = 2 ]
check $? "moved: a CPU that has a channel: $how"
[ $failed = 0 ] || tail -n 40 /tmp/bus.console /tmp/moved.console | sed 's/^/# /'
nobody; check $? "nothing is left"
unload; check $? "unload"
clean_kernel_log; check $? "the root's kernel log is clean"
plan

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Runs in L1: a Debian child with two loopback channels. Its own VMBus driver
# takes the offers, lends pages, opens, moves a channel to another CPU, closes,
# unloads, and comes again; a program there sends packets through one of them.
#
# No synthetic timers, as in drivers.sh and for its reason.
. /life/tap.sh

NO_TIMERS=0x3000000A76	# the default without HV_MSR_SYNTIMER_AVAILABLE

load; check $? "load"
debian loop "life=loopback" --vps 2 --memory 384M --on-poweroff preserve \
	--privileges $NO_TIMERS --debug-loopback 2 && partctl start loop && listen loop
check $? "a child with two loopback channels"
over() { heard loop "@@done" || heard loop "Kernel panic" || heard loop "BUG:"; }
wait_for 200 over; heard loop "@@done"
check $? "it comes to its end"
heard loop "@@done" || head -n 80 /tmp/loop.console | sed 's/^/# /'
heard loop "@@devices 2"
check $? "it finds both channels"
[ "$(grep -c '@@greeting hvpart loopback' /tmp/loop.console)" = 4 ]
check $? "the greeting, each time one is opened"
[ "$(grep -c '@@loopback 200 of 200' /tmp/loop.console)" = 2 ]
check $? "200 packets there and back, also after unloading"
[ "$(grep -c '@@loopback 2000 of 2000' /tmp/loop.console)" = 2 ]
check $? "2000 while the channel moves from CPU to CPU"
! grep -E '@@(failed|complaint)' /tmp/loop.console
check $? "nothing fails, no complaint in its kernel log"
wait_for 60 in_state loop stopped
check $? "it powers off"
partctl destroy loop
nobody; check $? "nothing is left"
unload; check $? "unload"
clean_kernel_log; check $? "the root's kernel log is clean"
plan

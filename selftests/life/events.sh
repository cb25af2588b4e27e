#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Runs in L1: what netlink tells of real guests, as partctl monitor and top say it:
# channels that Debian's own drivers open and close, memory that comes and goes,
# faults of VPs. The worker announces some of it, the driver the rest.
. /life/tap.sh

DYNMEM=525074dc-8985-46e2-8057-a307dc18a502
HEARTBEAT=57164f39-9115-4e78-ab55-382f3bd5422d
SHUTDOWN=0e0b6031-5213-4934-818b-38d90ced39db
TIME=9527e630-d0ae-497b-adce-e80ab0175caf
KVP=a9a0f4e7-5a45-4d96-b827-8a841e8c03e6
MIB=1048576
NO_TIMERS=0x3000000A76	# as in ic.sh, and for its reason

# event WHICH NAME [REST]: how many of them have come
event() { grep -c "\"event\":\"$1\",.*\"name\":\"$2\"${3:+.*$3}" /tmp/events; }
# came HOW-MANY WHICH NAME [REST]
came() { least=$1; shift; [ "$(event "$@")" -ge "$least" ]; }
# told NAME MEMBER: of the last event about its memory
told() { grep "\"memory-changed\",.*\"name\":\"$1\"" /tmp/events | tail -n 1 | sed -n "s/.*\"$2\":\([0-9]*\).*/\1/p"; }
is_told() { [ "$(told "$1" memory)" = "$2" ] && [ "$(told "$1" balloon)" = "$3" ]; }
# rate NAME MEMBER: of the last report of top
rate() { sed 's/"partition":/\n&/g' /tmp/top | grep "\"name\":\"$1\"" | sed -n "s/.*\"$2\":\([0-9]*\).*/\1/p"; }

load; check $? "load"
partctl monitor --json >/tmp/events 2>/tmp/monitor.err &
monitor=$!
partctl monitor >/tmp/events.text 2>/dev/null &
sleep 1

# Memory. The report that follows an add needs no 45 seconds here. What the guest
# does not use stays with it: the figures are those of what is asked for.
debian mem "life=memory hv_balloon.pressure_report_delay=0" --vps 2 --on-poweroff preserve \
	--no-page-reporting &&
	partctl start mem && listen mem
check $? "a child with hv_balloon"
wait_for 200 heard mem "@@ready"; check $? "its driver is there"
wait_for 10 came 1 channel-opened mem "\"type\":\"$DYNMEM\".*\"index\":0"
check $? "channel-opened: dynamic memory"
is_told mem $((192 * MIB)) 0; check $? "memory-changed: what it booted with"
reports() { partctl memory info mem --json | grep -q '"available"'; }
wait_for 20 reports; check $? "it reports"
partctl memory add mem 128M >/tmp/add; check $? "memory add: $(head -n 1 /tmp/add)"
grep -q "it has 320M now, 192M before" /tmp/add; check $? "what it had, and has"
grep -q "the guest says: .* available, .* before" /tmp/add; check $? "the guest's own report: $(tail -n 1 /tmp/add)"
wait_for 10 is_told mem $((320 * MIB)) 0; check $? "memory-changed: what was added"
partctl memory set mem 256M >/dev/null; check $? "memory set, 64M less"
# What is ballooned out has no memory any more: its pages were discarded.
wait_for 10 is_told mem $((256 * MIB)) $((64 * MIB))
check $? "memory-changed: balloon, and pages discarded ($(told mem memory) $(told mem balloon))"
partctl top --once --json >/tmp/top
grep -q "\"name\":\"mem\".*\"memory\":$((256 * MIB))" /tmp/top; check $? "top has the same"
partctl memory set mem 320M >/dev/null; check $? "memory set, all again"
wait_for 10 is_told mem $((320 * MIB)) 0; check $? "memory-changed: given back"

# Channels.
debian ic "life=ic" --vps 2 --privileges $NO_TIMERS && partctl start ic && {
	mkfifo /tmp/ic.in
	partctl console ic <>/tmp/ic.in >/tmp/ic.console 2>&1 &
	wait_for 200 heard ic "@@ready"
}
check $? "a child with hv_utils"
for guid in $HEARTBEAT $SHUTDOWN $TIME $KVP; do
	wait_for 10 came 1 channel-opened ic "\"type\":\"$guid\""
	check $? "channel-opened: $guid"
done
partctl top --count 2 --interval 3 --json | tail -n 1 >/tmp/top
[ "$(rate ic ring_bytes_in_per_s)" -gt 0 ] && [ "$(rate ic ring_bytes_out_per_s)" -gt 0 ]
check $? "top has what they say: $(rate ic ring_bytes_in_per_s) bytes a second, $(rate ic ring_bytes_out_per_s) to it"
echo unload >/tmp/ic.in
for guid in $HEARTBEAT $SHUTDOWN $TIME $KVP; do
	wait_for 30 came 1 channel-closed ic "\"type\":\"$guid\""
	check $? "channel-closed, as its driver goes: $guid"
done
echo load >/tmp/ic.in
for guid in $HEARTBEAT $SHUTDOWN $TIME $KVP; do
	wait_for 30 came 2 channel-opened ic "\"type\":\"$guid\""
	check $? "channel-opened, as its driver comes again: $guid"
done
# Open is not yet agreed on a version.
stops() { partctl stop ic >/dev/null 2>&1; }
wait_for 10 stops; check $? "it shuts down"
wait_for 10 came 1 partition-stopped ic '"reason":"poweroff"'; check $? "partition-stopped: poweroff"
wait_for 10 came 2 channel-closed ic "\"type\":\"$SHUTDOWN\""
check $? "channel-closed: what was open goes with its life"
[ "$(event channel-opened ic)" = "$(event channel-closed ic)" ]
check $? "as many closed as opened: $(event channel-opened ic)"

# Faults.
debian panic "life=panic" --on-panic preserve && partctl start panic
check $? "a child that panics"
wait_for 200 came 1 vp-fault panic '"fault":"crash","crash":{"p0":'; check $? "vp-fault: crash, with its registers"
wait_for 20 came 1 partition-stopped panic '"reason":"panic"'; check $? "partition-stopped: panic"
debian triple "life=triple" --on-crash preserve && partctl start triple
check $? "a child with a triple fault"
wait_for 200 came 1 vp-fault triple '"fault":"triple-fault"'; check $? "vp-fault: triple fault"
wait_for 20 came 1 partition-stopped triple '"reason":"triple-fault"'
check $? "partition-stopped: triple fault"

for name in mem panic triple; do partctl destroy $name; done
nobody; check $? "nothing is left"
wait_for 10 came 1 partition-deleted triple
! grep -qE '"(lost|dropped)"' /tmp/events; check $? "nothing was lost or held back"
unload; check $? "unload"
wait $monitor
[ $? = 4 ]; check $? "monitor ends with it"
for words in "mem channel-opened $DYNMEM .* 0$" "mem memory-changed 256M, balloon 64M" \
	"ic channel-closed $KVP" "panic vp-fault vp 0 crash 0x" "triple vp-fault vp 0 triple-fault"; do
	grep -q "$words" /tmp/events.text; check $? "in words: $words"
done
[ $failed = 0 ] || sed 's/^/# /' /tmp/events /tmp/monitor.err /tmp/top
clean_kernel_log; check $? "the root's kernel log is clean"
plan

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Runs in L1: the integration components of a Debian child with its own hv_utils
# and Debian's daemon: heartbeat, time, key-value pairs, shutdown and reboot. "short" leaves out what does not differ
# from kernel to kernel.
#
# No synthetic timers, as in drivers.sh and for its reason: hv_utils is unloaded.
. /life/tap.sh

NO_TIMERS=0x3000000A76	# the default without HV_MSR_SYNTIMER_AVAILABLE

# up NAME [OPTION]...: a child that waits for words, with hv_utils
up() {
	name=$1; shift
	debian "$name" "life=ic" --vps 2 --privileges $NO_TIMERS "$@" &&
		partctl start "$name" && dial "$name" && wait_for 90 heard "$name" "@@ready"
}

status() { partctl "$@" >/tmp/out 2>&1; echo $?; }

short=${LIFE_IC:-}

load; check $? "load"
[ "$short" = short ] || keep="--on-poweroff preserve"
up ic $keep; check $? "a child with hv_utils"
wait_for 40 beats ic ok; check $? "its heart beats"
grows ic heartbeat answers; check $? "and goes on"
partctl info ic | grep -q '^heartbeat: *ok'; check $? "info says so"

before=$(date +%s)
say ic clock
wait_for 60 heard ic "@@clock"
now=$(sed -n 's/.*@@clock \([0-9]*\).*/\1/p' /tmp/ic.console | head -1)
after=$(date +%s)
note "the child's clock: $now, ours: $before to $after"
[ "$now" -ge $((before - 2)) ] && [ "$now" -le $((after + 2)) ]
check $? "a clock that was wrong by years is right when the driver comes"
wait_for 40 grown ic time_sync syncs 1
check $? "it was set twice: at boot, and now ($(member ic time_sync syncs))"
grows ic time_sync samples; check $? "samples follow"
say ic ptp
wait_for 30 heard ic "@@ptp hyperv"
off=$(sed -n 's/.*@@ptp hyperv \(-*[0-9]*\) ms.*/\1/p' /tmp/ic.console | head -1)
[ "${off:-9999}" -gt -1000 ] && [ "${off:-9999}" -lt 1000 ]
check $? "its PTP clock agrees (${off:-none} ms)"

# Key-value pairs: the driver has long been there when its daemon comes.
fact() { [ "$(member ic guest "$1")" = "$2" ]; }
[ "$(status kvp list ic)" = 4 ]; check $? "kvp without a daemon: $(cat /tmp/out)"
say ic daemon
wait_for 60 fact OSName "Debian GNU/Linux"
check $? "the guest says what it is, once there is a daemon"
partctl info ic | sed -n '/^guest:/,$s/^/# /p'
fact ProcessorArchitecture x86_64; check $? "its architecture"
member ic guest NetworkAddressIPv4 | grep -q 10.9.8.7; check $? "its address"
partctl info ic | grep -q '^ *OSName: Debian GNU/Linux'; check $? "info says so"
mac=$(sed -n 's/.*@@mac \(.*\)\..*/\1/p' /tmp/ic.console | head -n 1)
[ "$(status kvp ip ic "$mac")" = 0 ] && grep -q '^addresses: 10\.9\.8\.7' /tmp/out &&
	grep -q '^masks: 255\.0\.0\.0' /tmp/out
check $? "the addresses of the card $mac: $(tr '\n' ' ' </tmp/out)"
case $(status kvp ip ic 00:15:5D:00:00:01) in 1 | 3) true ;; *) false ;; esac
check $? "there is no such card: $(cat /tmp/out)"
partctl kvp set ic colour "$(printf 'bl\303\245 and \360\237\230\200')" &&
	[ "$(status kvp get ic colour --json)" = 0 ] && grep -q "^\"bl.* and .*\"$" /tmp/out
check $? "a pair is set: $(cat /tmp/out)"
say ic pool
wait_for 30 heard ic "@@pool 2560: colour bl"; check $? "the guest has it"
[ "$(status kvp get ic color --pool guest)" = 0 ] && grep -qx green /tmp/out
check $? "a pair of the guest's is got"
[ "$(status kvp get ic OSName --pool auto)" = 0 ] && grep -qx "Debian GNU/Linux" /tmp/out
check $? "and one that it makes up"

if [ "$short" != short ]; then
	for i in 1 2 3 4; do partctl kvp set ic "key $i" "$i" || break; done
	[ "$(status kvp list ic)" = 0 ] && [ "$(grep -c '^key [1-4]: [1-4]$' /tmp/out)" = 4 ]
	check $? "four more, and a list"
	[ "$(status kvp delete ic colour)" = 0 ]; check $? "one is deleted"
	[ "$(status kvp get ic colour)" = 3 ]; check $? "and gone: $(cat /tmp/out)"
	[ "$(status kvp delete ic colour)" = 3 ]; check $? "not twice"
	[ "$(status kvp set ic x y --pool guest)" = 6 ]; check $? "the guest's pool is not ours"
	say ic orphan
	wait_for 30 heard ic "@@orphan"
	[ "$(status kvp get ic "key 1")" = 7 ]; check $? "the daemon has died: $(cat /tmp/out)"

	say ic reload
	wait_for 120 heard ic "@@reloaded"
	check $? "hv_utils is unloaded and loaded again and again"
	wait_for 40 beats ic ok; check $? "its heart beats again"
	say ic unload
	wait_for 30 heard ic "@@unloaded"
	check $? "the driver is gone"
	beats ic "no contact"; check $? "heartbeat: no contact"
	[ "$(status stop ic)" = 4 ] && grep -q hv_utils /tmp/out
	check $? "stop without a driver: not supported ($(cat /tmp/out))"
	in_state ic running; check $? "the child goes on"
	say ic load
	wait_for 40 beats ic ok; check $? "the driver is back"
fi

[ "$(status stop ic --reboot --timeout 120)" = 0 ]; check $? "stop --reboot: $(cat /tmp/out)"
heard ic "@@asked reboot"; check $? "its init rebooted"
wait_for 120 beats ic ok; check $? "it comes up again by itself"

if [ "$short" = short ]; then
	[ "$(status stop ic)" = 0 ]; check $? "stop: $(cat /tmp/out)"
	nobody; check $? "the partition goes with its guest, at once"
else
	say ic slow
	wait_for 30 heard ic "@@slow"
	[ "$(status stop ic --timeout 2)" = 7 ]; check $? "a guest that takes longer: $(cat /tmp/out)"
	in_state ic running; check $? "and is not forced"
	[ "$(status stop ic)" = 5 ]; check $? "it is not asked twice: $(cat /tmp/out)"
	wait_for 60 in_state ic stopped; check $? "it stops"
	[ "$(reason ic)" = poweroff ]; check $? "by a poweroff of its own ($(reason ic))"
	[ "$(status stop ic)" = 5 ]; check $? "stop of what is stopped: $(cat /tmp/out)"
	partctl destroy ic

	up hung && wait_for 40 beats hung ok; check $? "another child"
	say hung halt
	wait_for 40 beats hung lost; check $? "its VPs halt for ever: heartbeat lost"
	partctl info hung | grep -q '^heartbeat: *lost since'; check $? "info says so"
	[ "$(status stop hung --timeout 3)" = 7 ]; check $? "stop: $(cat /tmp/out)"
	partctl stop hung --force; check $? "stop --force"
	partctl destroy hung
fi
heard ic "@@asked poweroff"; check $? "the first one went by its init"
! grep -E '@@(failed|complaint)' /tmp/ic.console
check $? "nothing failed there"
[ $failed = 0 ] || tail -n 40 /tmp/ic.console | sed 's/^/# /'
nobody; check $? "nothing is left"
unload; check $? "unload"
clean_kernel_log; check $? "the root's kernel log is clean"
plan

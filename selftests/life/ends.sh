#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Runs in L1: what a stock Debian child finds, and its ends, told apart.
. /life/tap.sh

load; check $? "load"

partctl run off --kernel /l2/vmlinuz --initrd /l2/initrd --memory 192M --vps 2 \
	--cmdline "console=ttyS0 quiet cryptomgr.notests life=poweroff" </dev/null >/tmp/off
check $? "poweroff ends the run with status 0"
sed -n '/@@facts/,/@@end/p' /tmp/off | sed 's/^/# /'
found() { grep -q "$1" /tmp/off; check $? "the child says: $1"; }
found "Hypervisor detected: Microsoft Hyper-V"
found "clocksource hyperv_clocksource_tsc_page"
found "cpus 0-1"
found "Vmbus version:5.3"
found "vmbus devices: [1-9]"
[ "$(grep -c 'clockevent Hyper-V clockevent' /tmp/off)" = 2 ]
check $? "both VPs have direct-mode synthetic timers as clock events"
! grep -q "unchecked MSR" /tmp/off
check $? "no MSR access of the child faulted"

# reboot: restarted as configured, and told apart when it is not
debian re "life=reboot" --on-reboot preserve && partctl start re
wait_for 60 in_state re stopped
check $? "a reboot stops a partition that is to be preserved"
[ "$(reason re)" = reset ]
check $? "its reason is reset ($(reason re))"
partctl destroy re

debian twice "life=reboot" --on-reboot restart && partctl start twice
wait_for 90 sh -c '[ "$(partctl log twice | grep -ci restart)" -ge 2 ]'
check $? "a reboot restarts a partition, again and again"
partctl destroy twice

debian pa "life=panic" --on-panic preserve && partctl start pa
wait_for 60 in_state pa crashed
check $? "a panic crashes the partition"
[ "$(reason pa)" = panic ]
check $? "its reason is panic ($(reason pa))"
partctl info pa >/tmp/pa
grep -qi 'sysrq\|panic' /tmp/pa
check $? "the guest's last words are in 'partctl info'"
partctl info pa --json | grep -q '"crash"'
check $? "so are its crash parameters"
partctl destroy pa

debian tri "life=triple" --on-crash preserve && partctl start tri
wait_for 60 in_state tri crashed
check $? "a triple fault crashes the partition"
[ "$(reason tri)" = triple-fault ]
check $? "its reason is triple-fault ($(reason tri))"
partctl destroy tri

[ -z "$(partctl list --json | grep '"name"')" ]
check $? "nothing is left"
unload; check $? "unload"
clean_kernel_log; check $? "the root's kernel log is clean"
plan

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Runs in L1 while the emulator's monitor sends NMIs (selftests/life/nmi): they
# are the root's, wherever they hit: in a child, in the hypervisor, on the way
# in or out. "Uhhuh. NMI received for unknown reason" is what Linux says of each.
. /life/tap.sh

nmis() { awk '/NMI:/ { print $2 + $3 }' /proc/interrupts; }

# It would be a line on the console for every one.
dmesg -c >/dev/null; dmesg -n 1
load; check $? "load"
debian deb "life=beat" --vps 2 && partctl start deb && listen deb
tiny busy 2 cpuid && wait_for 30 runs busy && wait_for 120 heard deb @@beat
check $? "a busy guest and a Debian child run"

first=$(nmis)
echo "@@storm"
wait_for 60 sh -c "[ \$(awk '/NMI:/ { print \$2 + \$3 }' /proc/interrupts) -gt $((first + 400)) ]"
check $? "NMIs arrive in the root ($(($(nmis) - first)))"
beats=$(grep -c @@beat /tmp/deb.console)
wait_for 60 sh -c "[ \$(grep -c @@beat /tmp/deb.console) -gt $((beats + 3)) ]"
check $? "Debian goes on in the storm"
wait_for 60 runs busy && wait_for 60 runs deb
check $? "every VP goes on"
! grep '@@beat' /tmp/deb.console | grep -v 'nmi 0'
check $? "none of them is seen by the child"
partctl destroy busy && partctl destroy deb
check $? "children are destroyed in the storm"

i=0 bad=0
while [ $i -lt 3 ]; do
	unload && load && tiny again 2 cpuid && wait_for 60 runs again && partctl destroy again ||
		bad=$((bad + 1))
	i=$((i + 1))
done
[ $bad = 0 ]
check $? "unload, load and run a child, $i times in the storm ($bad failures)"
[ "$(value faults)" = 0 ]
check $? "the hypervisor has no fault"
unload; check $? "unload"
note "$(($(nmis) - first)) NMIs"
! dmesg -c | grep -vE 'Uhhuh|Dazed|hvpart:|perf: interrupt took|kmsg|callbacks suppressed|NMI handler|NMI watchdog' | grep -E 'BUG:|WARNING: CPU|Oops|NMI|stall|lockup'
check $? "the kernel log is clean but for the NMIs"
plan

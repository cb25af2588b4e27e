#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Runs in L1 with kvm_amd at hand: who holds SVM first, keeps it. TAP.

n=0 failed=0
ok() { n=$((n + 1)); echo "ok $n - $*"; }
not_ok() { n=$((n + 1)); failed=1; echo "not ok $n - $*"; }
check() { if [ "$1" = 0 ]; then shift; ok "$@"; else shift; not_ok "$@"; fi; }
said() { dmesg | grep -q "hvpart: .*$1"; }

# 6.1 enables SVM only while a VM exists; later ones with the module.
modprobe kvm_amd
check $? "kvm_amd loads first"
if [ "$(uname -r | cut -d. -f1-2)" != 6.1 ]; then
	! insmod /hvpart.ko 2>/dev/null && said "SVM is in use"
	check $? "hvpart is refused, with a line that says by whom"
fi
rmmod kvm_amd
insmod /hvpart.ko
check $? "hvpart loads once it is gone"
modprobe kvm_amd 2>/dev/null
[ -e /dev/kvm ] && exec 3<>/dev/kvm && exec 3>&-
rmmod kvm_amd 2>/dev/null
! dmesg | grep -q 'BUG:\|Oops\|cut here'
check $? "kvm_amd beside hvpart does no harm"
rmmod hvpart
check $? "unload"
modprobe kvm_amd && rmmod kvm_amd
check $? "kvm_amd works again"
echo "1..$n"
exit $failed

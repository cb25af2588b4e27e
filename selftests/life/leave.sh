#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Runs in L1: who may not come, who may not go. LEAVE says how this boot ends
# while a child runs: reboot, kexec, panic, or (empty) not at all.
. /life/tap.sh

# Lines of the kernel log; busybox's insmod tries what is refused once more.
said() { dmesg | grep -c "hvpart: .*$1"; }
is_61() { [ "$(uname -r | cut -d. -f1-2)" = 6.1 ]; }

refusals() {
	modprobe kvm_amd
	check $? "kvm_amd is loaded first"
	# Linux 6.1 enables SVM only while a virtual machine exists.
	if ! is_61; then
		! insmod /hvpart.ko 2>/dev/null && [ "$(said 'SVM is in use')" -ge 1 ]
		check $? "hvpart is refused, with a line that says by whom"
		! load 2>/tmp/refused && [ "$(grep -c -e --replace-kvm /tmp/refused)" = 1 ]
		check $? "so is partctl enable, which says what to do"
		sed 's/^/# /' /tmp/refused
	fi
	partctl enable --replace-kvm --module /hvpart.ko
	check $? "partctl enable --replace-kvm"
	! grep -q '^kvm_amd' /proc/modules
	check $? "kvm_amd is gone"
	! insmod /hvpart.ko 2>/dev/null
	check $? "a second load is refused"

	tiny child 2 timer && wait_for 30 runs child
	check $? "a child runs"
	! rmmod hvpart 2>/dev/null
	check $? "rmmod is refused while a partition exists"
	! unload 2>/dev/null && partctl list | grep -q child
	check $? "so is partctl disable"
	! echo freeze >/sys/power/state 2>/dev/null
	check $? "suspend is refused"
	[ "$(said 'suspend and hibernation are not')" = 1 ]
	check $? "with one line"
	wait_for 30 runs child
	check $? "the child goes on"
	partctl destroy child && unload
	check $? "unload once it is gone"
	clean_kernel_log; check $? "the kernel log is clean"
	plan
}

load || exit 1
if [ -z "$LEAVE" ]; then
	unload
	refusals
fi
debian deb "life=busy" --vps 2 && partctl start deb && listen deb
tiny spin 2 spin
wait_for 120 heard deb @@end && wait_for 60 runs spin || exit 1
echo "@@leaving by $LEAVE"
case $LEAVE in
reboot)	reboot -f ;;
kexec)	/life/kexec /l2/vmlinuz /l2/initrd \
		"console=ttyS0 quiet panic=-1 tsc=reliable no_timer_check cryptomgr.notests life=poweroff" ;;
panic)	echo c >/proc/sysrq-trigger ;;
esac
sleep 300

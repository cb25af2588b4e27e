#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Runs in L1: who may not come, who may not go. LEAVE says how this boot ends
# while children run: reboot, kexec, panic, dump (a panic with a crash kernel
# waiting), or (empty) not at all; in the kernel that follows it is "next" or
# "vmcore".
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

# The kernel that kexec started: a bare machine, which hvpart takes once more.
next_kernel() {
	! dmesg | grep -q 'Hypervisor detected: Microsoft'
	check $? "the next kernel finds no hypervisor"
	[ "$(nproc)" = 2 ]
	check $? "but both CPUs"
	load; check $? "hvpart loads"
	debian deb "life=none" --vps 2 && partctl start deb && listen deb &&
		wait_for 120 heard deb "cpus 0-1" && wait_for 30 heard deb @@end
	check $? "a Debian child comes to user space"
	tiny spin 2 spin && wait_for 30 runs spin
	check $? "another child runs"
	partctl destroy deb && partctl destroy spin && unload
	check $? "unload once they are gone"
	clean_kernel_log; check $? "the kernel log is clean"
	plan
}

# core OFFSET FORMAT: a number of /proc/vmcore, FORMAT as of od
core() { od -A n -j "$1" -N "${2#?}" -t "$2" /proc/vmcore | tr -d ' '; }

# page PFN: where in /proc/vmcore that page of memory is
page() {
	at=$((64 + 56)) end=$((64 + 56 * $(core 56 u2)))
	while [ $at -lt $end ]; do
		# The kernel's own mapping comes first, and a second time as memory.
		into=$(($1 * 4096 - $(core $((at + 24)) u8)))
		if [ $into -ge 0 ] && [ $into -lt "$(core $((at + 32)) u8)" ]; then
			echo $(($(core $((at + 8)) u8) + into))
			return
		fi
		at=$((at + 56))
	done
	return 1
}

hidden_pages_are_zeros() {
	for pfn in $HIDDEN; do
		where=$(page "$pfn") &&
			dd if=/proc/vmcore bs=4096 skip="$where" count=4096 iflag=skip_bytes,count_bytes \
				2>/dev/null | cmp -s -n 4096 - /dev/zero || return 1
	done
	[ -n "$HIDDEN" ]
}

# The crash kernel: it runs on the CPU that panicked, in a small part of memory,
# as the root of a hypervisor that it knows nothing of. The rest is in vmcore.
vmcore() {
	[ -r /proc/vmcore ]
	check $? "the crash kernel has /proc/vmcore"
	[ "$(core 0 x4)" = 464c457f ] && [ "$(core 16 u2)" = 4 ] && [ "$(core 18 u2)" = 62 ]
	check $? "which begins like an x86-64 core file"
	[ "$(core 56 u2)" -ge 3 ]
	check $? "with notes and memory ($(core 56 u2) program headers)"
	dd if=/proc/vmcore bs=64k count=8 2>/dev/null | grep -aq "OSRELEASE=$(uname -r)$"
	check $? "the notes are of the kernel that panicked"
	dd if=/proc/vmcore bs=64k skip="$(core $((64 + 56 + 8)) u8)" iflag=skip_bytes,count_bytes \
		count="$(core $((64 + 56 + 32)) u8)" 2>/dev/null | grep -aq "$TOKEN"
	check $? "the host name that it had is in its data"
	hidden_pages_are_zeros
	check $? "hidden pages are zeros, and do no harm ($HIDDEN)"
	clean_kernel_log; check $? "the kernel log is clean"
	plan
}

hidden() { awk '{ print $2 }' /sys/kernel/debug/hvpart/hidden | sort -u | head -n 6 | tr '\n' ' '; }

# pack LEAVE [REGEX]: an initramfs of what is here, but for the names in REGEX
pack() {
	cp /env /tmp/env
	echo "export LEAVE=$1 TOKEN=$TOKEN HIDDEN='$(hidden)'" >>/env
	(cd / && find . -xdev | grep -vE "^\./(${2:-none})(/|\$)" | cpio -o -H newc) \
		2>/dev/null >/dev/shm/root
	cp /tmp/env /env
}

# As selftests/machine/boot has it.
line="console=ttyS0 quiet panic=-1 oops=panic tsc=reliable no_timer_check cryptomgr.notests"

case $LEAVE in
next)	next_kernel ;;
vmcore)	vmcore ;;
esac
load || exit 1
if [ -z "$LEAVE" ]; then
	unload
	refusals
fi
TOKEN=$(cat /proc/sys/kernel/random/uuid)
case $LEAVE in
kexec)	pack next ;;
dump)	pack vmcore "l2|guests|hvpart|hvpart.ko|lib/modules"
	/life/kexec -p /l2/vmlinuz /dev/shm/root "$line nr_cpus=1 reset_devices" || exit 1
	hostname "$TOKEN"
	rm /dev/shm/root ;;
esac
debian deb "life=busy" --vps 2 && partctl start deb && listen deb
tiny spin 2 spin
wait_for 120 heard deb @@end && wait_for 60 runs spin || exit 1
echo "@@leaving by $LEAVE"
# What a panic finds in the terminal's buffer is lost or cut in two, this line too.
sleep 1
case $LEAVE in
reboot)	reboot -f ;;
kexec)	taskset 2 /life/kexec -k "$(cat /run/hvpart/deb/pid)" /l2/vmlinuz /dev/shm/root "$line" ;;
panic)	echo c >/proc/sysrq-trigger ;;
dump)	taskset 2 sh -c 'echo c >/proc/sysrq-trigger' ;;
esac
sleep 300
exit 1

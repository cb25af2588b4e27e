#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# PID 1 of a Debian child under test. "life=WHAT" on its command line says how
# it ends; what it found stands between @@facts and @@end.
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev 2>/dev/null
exec </dev/console >/dev/console 2>&1
modprobe hv_vmbus 2>/dev/null

echo "@@facts"
dmesg | sed -n 's/.*\(Hypervisor detected:.*\)/\1/p; s/.*\(Vmbus version:.*\)/\1/p'
dmesg | grep -q 'unchecked MSR access' && dmesg | sed -n 's/.*\(unchecked MSR access.*\)/\1/p'
echo "clocksource $(cat /sys/devices/system/clocksource/clocksource0/current_clocksource)"
for c in /sys/devices/system/clockevents/clockevent[0-9]*; do
	echo "clockevent $(cat "$c/current_device")"
done
echo "cpus $(cat /sys/devices/system/cpu/online)"
echo "vmbus devices: $(ls /sys/bus/vmbus/devices 2>/dev/null | wc -l)"
echo "@@end"

# A sign of life a second, and the NMIs that are none of a child's business.
beat() {
	while :; do
		sleep 1
		echo "@@beat $(cut -d. -f1 /proc/uptime) nmi $(awk '/NMI:/ { print $2 + $3 }' /proc/interrupts)"
	done
}

complaints() {
	dmesg | grep -E 'BUG:|WARNING: CPU|Oops|stall|hv_vmbus:.*(fail|time)' | sed 's/^/@@complaint /'
	echo "@@done"
}

# vmbus comes and goes; what fails is named.
vmbus() {
	for i in 1 2 3; do
		rmmod hv_vmbus || echo "@@failed rmmod $i"
		modprobe hv_vmbus || echo "@@failed modprobe $i"
	done
	echo "@@vmbus $(dmesg | grep -c 'Vmbus version:')"
	complaints
}

# move CPU: the first loopback channel goes there, as soon as it is open.
move() {
	for i in 1 2 3 4 5 6 7 8 9; do
		echo "$1" 2>/dev/null >"$(echo /sys/bus/vmbus/devices/8d9c*01/channels/*/cpu)" &&
			return 0
		sleep 0.2
	done
	return 1
}

# Packets through a loopback channel; the driver is one that maps its rings.
loopback_once() {
	modprobe uio_hv_generic || echo "@@failed modprobe uio_hv_generic"
	echo 8d9c274e-3b51-456f-a81d-0c6e7294f3b0 >/sys/bus/vmbus/drivers/uio_hv_generic/new_id
	/loopback /dev/uio0 200
	/loopback /dev/uio0 5000 &
	for cpu in 1 0 1 0; do
		move $cpu || echo "@@failed to CPU $cpu"
	done
	wait $!
}

# Loopback channels; offers take a moment.
channels() { ls /sys/bus/vmbus/devices | grep -c ^8d9c274e; }

loopback() {
	for i in 1 2 3 4 5; do
		[ "$(channels)" -lt 2 ] || break
		sleep 1
	done
	echo "@@devices $(channels)"
	loopback_once
	rmmod uio_hv_generic || echo "@@failed rmmod uio_hv_generic"
	rmmod hv_vmbus || echo "@@failed rmmod hv_vmbus"
	modprobe hv_vmbus
	loopback_once
	complaints
}

# What there is, in its own words, a second time when it changes.
memory() {
	# shellcheck disable=SC2046
	modprobe hv_balloon $(sed -n 's/.*hv_balloon\.\([a-z_]*=[0-9]*\).*/\1/p' /proc/cmdline) || echo "@@failed modprobe hv_balloon"
	dmesg | sed -n 's/.*\(Using Dynamic Memory protocol version.*\)/@@\1/p; s/.*\(Max. dynamic memory size:.*\)/@@\1/p'
	last=
	echo "@@ready"
	while :; do
		now=$(awk '/^(MemTotal|MemFree):/ { printf " %s", $2 }' /proc/meminfo)
		[ "$now" = "$last" ] || echo "@@memory$now"
		last=$now
		dmesg -c | grep -E 'BUG:|WARNING: CPU|Oops|stall|hv_balloon:' | sed 's/^/@@kernel /'
		sleep 0.5
	done
}

# Once it has less memory: another kernel, which looks at all that there is. It has
# nothing to mount, so it panics.
another() {
	modprobe hv_balloon || echo "@@failed modprobe hv_balloon"
	free() { awk '/^MemFree:/ { print $2 }' /proc/meminfo; }
	least=$(($(free) - 40000))
	echo "@@ready"
	echo "@@memory $least 0"
	while [ "$(free)" -gt $least ]; do sleep 0.5; done
	echo "@@kexec"
	sleep 3
	/kexec /vmlinuz /triple "console=ttyS0 cryptomgr.notests memtest=1"
}

# CPU 1 comes and goes.
cpus() {
	for i in 1 2 3 4 5; do
		echo 0 >/sys/devices/system/cpu/cpu1/online || echo "@@failed offline $i"
		echo 1 >/sys/devices/system/cpu/cpu1/online || echo "@@failed online $i"
		taskset 2 true || echo "@@failed taskset $i"
	done
	echo "@@clock $(cat /sys/devices/system/clockevents/clockevent1/current_device)"
	complaints
}

# clock: wrong by years, until the driver comes and the host sets it.
wrong_clock() {
	rmmod hv_utils
	date -s '2001-02-03 04:05:06' >/dev/null
	modprobe hv_utils
	for i in 1 2 3 4 5 6 7 8 9; do
		[ "$(date +%Y)" = 2001 ] || break
		sleep 1
	done
	echo "@@clock $(date +%s)"
}

reload() {
	for i in 1 2 3 4 5; do
		rmmod hv_utils || echo "@@failed rmmod $i"
		modprobe hv_utils || echo "@@failed modprobe $i"
	done
	complaints
	echo "@@reloaded"
}

# Debian's daemon, a network card that leads nowhere, and a pair for the host.
kvp_daemon() {
	printf 'NAME="Debian GNU/Linux"\nVERSION_ID="12"\n' >/etc/os-release
	modprobe dummy && ifconfig dummy0 10.9.8.7 up || echo "@@failed dummy0"
	mkdir -p /var/lib/hyperv
	{
		printf color; head -c $((512 - 5)) /dev/zero
		printf green; head -c $((2048 - 5)) /dev/zero
	} >/var/lib/hyperv/.kvp_pool_1
	hv_kvp_daemon || echo "@@failed hv_kvp_daemon"
}

# What the host has left: key and value, no more of them than there are.
pool() {
	file=/var/lib/hyperv/.kvp_pool_0
	echo "@@pool $(stat -c %s $file): $(tr '\0' ' ' <$file | tr -s ' ')"
}

# What the kernel runs when the host asks talks to PID 1. slow: an init that has
# much to do first.
ic() {
	trap 'echo "@@asked poweroff"; sleep $slow; poweroff -f' USR2
	trap 'echo "@@asked reboot"; reboot -f' TERM
	slow=0
	modprobe hv_utils || echo "@@failed modprobe hv_utils"
	echo "@@ready"
	while :; do
		# A signal ends it, too.
		read -r word || continue
		case $word in
		clock)	wrong_clock ;;
		ptp)	/ptp ;;
		reload)	reload ;;
		unload)	rmmod hv_utils; echo "@@unloaded" ;;
		load)	modprobe hv_utils ;;
		slow)	slow=20; echo "@@slow" ;;
		halt)	halt -f ;;
		daemon)	kvp_daemon ;;
		orphan)	killall hv_kvp_daemon; echo "@@orphan" ;;
		pool)	pool ;;
		esac
	done
}

case $(sed -n 's/.*life=\([a-z]*\).*/\1/p' /proc/cmdline) in
poweroff)	poweroff -f ;;
reboot)		reboot -f ;;
panic)		echo 1 >/proc/sys/kernel/sysrq; echo c >/proc/sysrq-trigger ;;
triple)		exec /triple ;;
beat)		beat ;;
vmbus)		vmbus; poweroff -f ;;
loopback)	loopback; poweroff -f ;;
ic)		ic ;;
cpus)		cpus; poweroff -f ;;
memory)		memory ;;
another)	another ;;
busy)		while :; do dd if=/dev/zero bs=64k count=64 2>/dev/null | md5sum >/dev/null; done ;;
*)		while :; do sleep 1; done ;;
esac
sleep 1000

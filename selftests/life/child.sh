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

# Is vmbus a module? Later kernels have it built in.
bus_is_module() { [ -e /sys/module/hv_vmbus/initstate ]; }

# vmbus comes and goes, and hv_utils on it (hv_balloon has no way out); what fails
# is named.
vmbus() {
	for i in 0 1 2 3; do
		for m in hv_vmbus hv_utils; do
			modprobe $m || echo "@@failed modprobe $m $i"
		done
		[ $i -lt 3 ] || break
		for m in hv_utils hv_vmbus; do
			[ $m = hv_vmbus ] && ! bus_is_module && continue
			rmmod $m || echo "@@failed rmmod $m $i"
		done
	done
	bus_is_module || echo "@@vmbus is built in"
	echo "@@vmbus $(dmesg | grep -c 'Vmbus version:')"
	complaints
}

# move DEVICE CPU: its channel goes there, as soon as it is open.
move() {
	for i in 1 2 3 4 5; do
		for file in /sys/bus/vmbus/devices/$1*/channels/*/cpu; do
			echo "$2" 2>/dev/null >"$file" && return 0
		done
		sleep 0.2
	done
	return 1
}

loopback_type=8d9c274e-3b51-456f-a81d-0c6e7294f3b0

# Packets through a loopback channel; the driver is one that maps its rings.
loopback_once() {
	modprobe uio_hv_generic || echo "@@failed modprobe uio_hv_generic"
	echo $loopback_type >/sys/bus/vmbus/drivers/uio_hv_generic/new_id
	/loopback /dev/uio0 200
	/loopback /dev/uio0 2000 &
	for cpu in 1 0 1 0; do
		move 8d9c274e $cpu || echo "@@failed to CPU $cpu"
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
	! bus_is_module || rmmod hv_vmbus || echo "@@failed rmmod hv_vmbus"
	modprobe hv_vmbus
	loopback_once
	complaints
}

# 6.1's uio_hv_generic takes no channel that has no monitor page.
has_uio() { case $(uname -r) in 6.1.*) false ;; esac; }

# Every driver has its channel open, and packets go through one of them for as
# long as this kernel runs: as fast as they can, or heartbeats.
all_channels() {
	for m in hv_balloon hv_utils; do
		modprobe $m || echo "@@failed modprobe $m"
	done
	busy=fd149e91 often=1
	if has_uio; then
		modprobe uio_hv_generic || echo "@@failed modprobe uio_hv_generic"
		echo $loopback_type >/sys/bus/vmbus/drivers/uio_hv_generic/new_id
		/loopback /dev/uio0 200 || echo "@@failed loopback"
		/loopback /dev/uio0 100000000 &
		busy=8d9c274e often=50
	fi
}

# bound CPU: how many channels there are on it
bound() { cat /sys/bus/vmbus/devices/*/channels/*/cpu | grep -c "^$1$"; }

# interrupts CPU: how many VMBus has had there
interrupts() { awk "/^ *HYP:/ { print \$$(($1 + 2)) }" /proc/interrupts; }

# flows CPU: packets come back, by interrupts there
flows() {
	want=$(($(interrupts "$1") + often))
	for i in 1 2 3 4 5 6 7 8 9 10; do
		[ "$(interrupts "$1")" -lt $want ] || return 0
		sleep 1
	done
	echo "@@failed: no packets on CPU $1 ($2)"
}

# CPU 1 goes and comes with a channel bound to it. Up to 6.12 it must stay; later
# kernels move the channel. Never is a channel moved to a CPU that is not there.
moved() {
	online=/sys/devices/system/cpu/cpu1/online
	all_channels
	flows 0 "at first"
	for turn in 1 2; do
		move $busy 1 || echo "@@failed to CPU 1"
		[ "$(bound 1)" = 1 ] || echo "@@failed: $(bound 1) channels on CPU 1"
		flows 1 "moved"
		if echo 0 2>/dev/null >$online; then
			echo "@@moved by itself"
		else
			echo "@@refused"
			flows 1 "refused"
			move $busy 0 || echo "@@failed to CPU 0"
			echo 0 >$online || echo "@@failed offline $turn"
		fi
		[ "$(bound 1)" = 0 ] || echo "@@failed: a channel on an absent CPU"
		flows 0 "CPU 1 is gone"
		! move $busy 1 || echo "@@failed: moved to an absent CPU"
		echo 1 >$online || echo "@@failed online $turn"
		flows 0 "CPU 1 is back"
	done
	move $busy 1 || echo "@@failed to CPU 1"
	flows 1 "at last"
	complaints
}

# This kernel, then the same once more as often as somebody says so, with every
# channel open when it goes. PID 1 packs what is here, to have an initramfs.
again() {
	turn=$(sed -n 's/.*turn=\([0-9]*\).*/\1/p' /proc/cmdline)
	all_channels
	(cd / && find . -xdev | cpio -o -H newc) >/tmp/root 2>/dev/null
	trap 'echo "@@asked poweroff"; poweroff -f' USR2
	complaints
	echo "@@turn ${turn:=1}, $(awk '/^MemTotal:/ { print $2 }' /proc/meminfo) kB"
	while :; do
		read -r word || continue
		[ "$word" != kexec ] ||
			/kexec /vmlinuz /tmp/root "console=ttyS0 quiet cryptomgr.notests \
				memhp_default_state=online life=again turn=$((turn + 1))"
	done
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

# 160 MiB come and go as the root says; each time they are what they were.
cold() {
	mkdir -p /data && mount -t tmpfs -o size=90% data /data
	head -c 4194304 /dev/urandom >/seed
	sum=
	whole() {
		now=$(md5sum </data/fill)
		[ "${sum:=$now}" = "$now" ] || echo "@@bad $1"
	}
	modprobe hv_balloon || echo "@@failed modprobe hv_balloon"
	dmesg | sed -n 's/.*\(Cold memory discard.*\)/@@\1/p'
	echo "@@ready"
	while :; do
		read -r word || continue
		case $word in
		fill)	for i in $(seq 40); do cat /seed; done >/data/fill
			whole fill; echo "@@filled" ;;
		drop)	whole drop; rm /data/fill; echo "@@dropped" ;;
		again)	for i in $(seq 40); do cat /seed; done >/data/fill
			whole again; complaints ;;
		esac
	done
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
	echo "@@mac $(cat /sys/class/net/dummy0/address)."
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
moved)		moved; poweroff -f ;;
again)		mount -t tmpfs tmp /tmp; again ;;
memory)		memory ;;
another)	another ;;
cold)		cold ;;
busy)		while :; do dd if=/dev/zero bs=64k count=64 2>/dev/null | md5sum >/dev/null; done ;;
*)		while :; do sleep 1; done ;;
esac
sleep 1000

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# PID 1 of the demo's child (L2): mounts, says what it finds, gives a shell.
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev 2>/dev/null
exec </dev/console >/dev/console 2>&1
echo "@@init $(cut -d' ' -f1 /proc/uptime)"
modprobe hv_vmbus 2>/dev/null
modprobe hv_balloon 2>/dev/null
# What "partctl stop" asks for, the kernel passes to PID 1.
trap 'echo; echo "child: asked to shut down"; poweroff -f' USR2
modprobe hv_utils 2>/dev/null

cs=/sys/devices/system/clocksource/clocksource0/current_clocksource
ce=/sys/devices/system/clockevents/clockevent0/current_device
echo "kernel:       $(uname -r)"
dmesg | sed -n 's/^\[[^]]*\] \(Hypervisor detected:.*\)/hypervisor:   \1/p
	s/^\[[^]]*\] \(Hyper-V: Host Build.*\)/              \1/p
	s/^\[[^]]*\] \(Hyper-V: privilege flags.*\)/              \1/p
	s/^\[[^]]*\] .*\(Vmbus version:.*\)/VMBus:        \1/p'
echo "clock source: $(cat $cs)"
echo "clock event:  $(cat $ce)"
echo "processors:   $(grep -c ^processor /proc/cpuinfo) online"
echo "memory:       $(sed -n 's/MemTotal: *//p' /proc/meminfo)"
echo "@@shell"
export PS1='child# '
# In the background, so that the trap need not wait for its end.
setsid -c sh -i </dev/console &
wait $!
echo "@@end"
poweroff -f

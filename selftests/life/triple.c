// SPDX-License-Identifier: GPL-2.0
/*
 * Makes the kernel reboot by triple fault: RB_AUTOBOOT with reboot=t set at run
 * time through /sys/kernel/reboot, which all three test kernels have.
 */
#include <fcntl.h>
#include <sys/reboot.h>
#include <unistd.h>

static void set(const char *file, const char *value)
{
	int fd = open(file, O_WRONLY);
	long n = 0;

	while (value[n])
		n++;
	if (fd >= 0 && write(fd, value, n) != n)
		_exit(1);
	close(fd);
}

int main(void)
{
	set("/sys/kernel/reboot/force", "1");
	set("/sys/kernel/reboot/type", "triple");
	reboot(RB_AUTOBOOT);
	return 1;
}

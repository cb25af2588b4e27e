// SPDX-License-Identifier: GPL-2.0
/*
 * kexec [-p] KERNEL INITRD CMDLINE: boots them at once, as "kexec -s -l; kexec -e"
 * would; with -p, when this kernel panics. It spares us the package that has
 * this command.
 */
#include <fcntl.h>
#include <linux/kexec.h>
#include <linux/reboot.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int crash = argc > 1 && !strcmp(argv[1], "-p"), kernel, initrd;

	argv += crash;
	if (argc - crash != 4)
		return 2;
	kernel = open(argv[1], O_RDONLY);
	initrd = open(argv[2], O_RDONLY);
	if (syscall(SYS_kexec_file_load, kernel, initrd, strlen(argv[3]) + 1,
		    argv[3], crash ? KEXEC_FILE_ON_CRASH : 0)) {
		perror("kexec_file_load");
		return 1;
	}
	if (crash)
		return 0;
	/* The kernel runs its reboot notifiers, then jumps. */
	syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2,
		LINUX_REBOOT_CMD_KEXEC, NULL);
	perror("reboot");
	return 1;
}

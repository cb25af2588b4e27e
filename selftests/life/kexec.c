// SPDX-License-Identifier: GPL-2.0
/*
 * kexec [-p | -k PID] KERNEL INITRD CMDLINE: boots them at once, as "kexec -s -l;
 * kexec -e" would; with -p, when this kernel panics; with -k, while that process,
 * which it kills, is on its way out. It spares us the package that has this command.
 */
#include <fcntl.h>
#include <linux/kexec.h>
#include <linux/reboot.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int crash = argc > 1 && !strcmp(argv[1], "-p"), kernel, initrd;
	int victim = argc > 2 && !strcmp(argv[1], "-k") ? atoi(argv[2]) : 0;
	int words = crash + 2 * !!victim;

	argv += words;
	if (argc - words != 4)
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
	if (victim) {
		kill(victim, SIGKILL);
		usleep(20000);
	}
	/* The kernel runs its reboot notifiers, then jumps. */
	syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2,
		LINUX_REBOOT_CMD_KEXEC, NULL);
	perror("reboot");
	return 1;
}

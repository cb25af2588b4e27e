// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <seccomp.h>

#include "log.h"
#include "sandbox.h"

/* Device files take only these ioctls: mshv's and our own. */
#define MSHV_MAGIC	0xB8
#define HVPART_MAGIC	0xBC

static const int allowed[] = {
	/* memory; mmap and mprotect are below */
	SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(madvise), SCMP_SYS(mremap),
	/* threads and time */
	SCMP_SYS(futex), SCMP_SYS(set_robust_list), SCMP_SYS(rseq),
	SCMP_SYS(sched_yield), SCMP_SYS(sched_getaffinity), SCMP_SYS(gettid),
	SCMP_SYS(getpid), SCMP_SYS(exit), SCMP_SYS(exit_group),
	SCMP_SYS(restart_syscall), SCMP_SYS(clock_gettime),
	SCMP_SYS(clock_nanosleep), SCMP_SYS(nanosleep),
	SCMP_SYS(gettimeofday), SCMP_SYS(time),
	/* signals */
	SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack),
	/* files that are open */
	SCMP_SYS(read), SCMP_SYS(pread64), SCMP_SYS(write), SCMP_SYS(writev),
	SCMP_SYS(close), SCMP_SYS(fstat), SCMP_SYS(lseek),
	SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(epoll_wait),
	SCMP_SYS(epoll_pwait), SCMP_SYS(epoll_ctl),
	SCMP_SYS(timerfd_settime), SCMP_SYS(timerfd_gettime),
	SCMP_SYS(eventfd2),
	/* sockets that listen, and what they accept */
	SCMP_SYS(accept4), SCMP_SYS(recvfrom), SCMP_SYS(sendto),
	SCMP_SYS(recvmsg), SCMP_SYS(sendmsg), SCMP_SYS(shutdown),
	SCMP_SYS(getrandom),
};

/* Nothing that a worker's libraries do by the way: somebody else is at work. */
static const int deadly[] = {
	SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(fork), SCMP_SYS(vfork),
	SCMP_SYS(ptrace), SCMP_SYS(process_vm_readv),
	SCMP_SYS(process_vm_writev), SCMP_SYS(bpf), SCMP_SYS(keyctl),
	SCMP_SYS(init_module), SCMP_SYS(finit_module), SCMP_SYS(kexec_load),
	SCMP_SYS(mount), SCMP_SYS(setns), SCMP_SYS(unshare), SCMP_SYS(chroot),
	SCMP_SYS(pidfd_getfd), SCMP_SYS(io_uring_setup),
	SCMP_SYS(userfaultfd), SCMP_SYS(perf_event_open),
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Memory that is mapped here never becomes code. */
static int add_memory_rules(scmp_filter_ctx f)
{
	const struct scmp_arg_cmp no_exec =
		SCMP_A2_64(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
	int ret;

	ret = seccomp_rule_add_array(f, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
				     &no_exec);
	if (!ret)
		ret = seccomp_rule_add_array(f, SCMP_ACT_ALLOW,
					     SCMP_SYS(mprotect), 1, &no_exec);
	return ret;
}

/* clone3's arguments cannot be looked at: the C library falls back to clone. */
static int add_thread_rules(scmp_filter_ctx f)
{
	const struct scmp_arg_cmp thread =
		SCMP_A0_64(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD);
	const struct scmp_arg_cmp self =
		SCMP_A0_64(SCMP_CMP_EQ, (scmp_datum_t)getpid());
	const struct scmp_arg_cmp set_name =
		SCMP_A0_64(SCMP_CMP_EQ, PR_SET_NAME);
	int ret;

	ret = seccomp_rule_add_array(f, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
				     &thread);
	if (!ret)
		ret = seccomp_rule_add(f, SCMP_ACT_ERRNO(ENOSYS),
				       SCMP_SYS(clone3), 0);
	if (!ret)
		ret = seccomp_rule_add_array(f, SCMP_ACT_ALLOW,
					     SCMP_SYS(tgkill), 1, &self);
	if (!ret)
		ret = seccomp_rule_add_array(f, SCMP_ACT_ALLOW,
					     SCMP_SYS(prctl), 1, &set_name);
	return ret;
}

static int add_ioctl_rule(scmp_filter_ctx f, unsigned int magic)
{
	const struct scmp_arg_cmp type =
		SCMP_A1_64(SCMP_CMP_MASKED_EQ, 0xFF00, magic << 8);

	return seccomp_rule_add_array(f, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1,
				      &type);
}

/*
 * fstat() of some C libraries. The flag says that a path is not meant to be
 * looked up; one that is given all the same must be reachable to be of use, and
 * tells no more than that it exists.
 */
static int add_stat_rule(scmp_filter_ctx f)
{
	const struct scmp_arg_cmp empty =
		SCMP_A3_64(SCMP_CMP_MASKED_EQ, AT_EMPTY_PATH, AT_EMPTY_PATH);

	return seccomp_rule_add_array(f, SCMP_ACT_ALLOW, SCMP_SYS(newfstatat),
				      1, &empty);
}

/* libpart makes a message queue non-blocking; nothing else of fcntl(). */
static int add_fcntl_rules(scmp_filter_ctx f)
{
	const struct scmp_arg_cmp get = SCMP_A1_64(SCMP_CMP_EQ, F_GETFL);
	const struct scmp_arg_cmp set = SCMP_A1_64(SCMP_CMP_EQ, F_SETFL);
	int ret;

	ret = seccomp_rule_add_array(f, SCMP_ACT_ALLOW, SCMP_SYS(fcntl), 1,
				     &get);
	if (!ret)
		ret = seccomp_rule_add_array(f, SCMP_ACT_ALLOW,
					     SCMP_SYS(fcntl), 1, &set);
	return ret;
}

static int add_rules(scmp_filter_ctx f)
{
	size_t i;
	int ret = 0;

	for (i = 0; !ret && i < COUNT(allowed); i++)
		ret = seccomp_rule_add(f, SCMP_ACT_ALLOW, allowed[i], 0);
	for (i = 0; !ret && i < COUNT(deadly); i++)
		ret = seccomp_rule_add(f, SCMP_ACT_KILL_PROCESS, deadly[i], 0);
	if (!ret)
		ret = add_memory_rules(f);
	if (!ret)
		ret = add_thread_rules(f);
	if (!ret)
		ret = add_stat_rule(f);
	if (!ret)
		ret = add_fcntl_rules(f);
	if (!ret)
		ret = add_ioctl_rule(f, MSHV_MAGIC);
	if (!ret)
		ret = add_ioctl_rule(f, HVPART_MAGIC);
	return ret;
}

int sandbox_drop_capabilities(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct none[2];
	int cap;

	/* Who may not do this has no bounding set worth dropping. */
	for (cap = 0; !prctl(PR_CAPBSET_DROP, cap, 0, 0, 0); cap++)
		;
	memset(none, 0, sizeof(none));
	if (syscall(SYS_capset, &header, none))
		return log_errno(errno, "sandbox: capabilities");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return log_errno(errno, "sandbox: no_new_privs");
	return 0;
}

int sandbox_enter(void)
{
	scmp_filter_ctx f;
	int ret;

	/* Reads /etc/localtime now, not when the guest asks for the time. */
	tzset();
	ret = sandbox_drop_capabilities();
	if (ret)
		return ret;
	f = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	if (!f)
		return log_errno(ENOMEM, "sandbox");
	ret = add_rules(f);
	if (!ret)
		ret = seccomp_load(f);
	seccomp_release(f);
	return ret ? log_errno(-ret, "sandbox: seccomp") : 0;
}

void sandbox_close_files(int keep)
{
	if (keep < 3) {
		close_range(3, ~0U, 0);
		return;
	}
	if (keep > 3)
		close_range(3, (unsigned int)keep - 1, 0);
	close_range((unsigned int)keep + 1, ~0U, 0);
}

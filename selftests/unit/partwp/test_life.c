// SPDX-License-Identifier: GPL-2.0
/* The worker as partctl starts it, on a pretended hypervisor (fake_part.c). */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/hvpart_netlink.h>

#include "config.h"
#include "control.h"
#include "rundir.h"
#include "state.h"
#include "test.h"

static char base[] = "/tmp/partwp-life-XXXXXX", dir[64], kernel[64];
static struct child_config config;
static struct control_client *client;
static pid_t worker;

/* A kernel that only a pretended VP can run. */
static void write_kernel(void)
{
	struct {
		Elf64_Ehdr eh;
		Elf64_Phdr ph[2];
		Elf64_Nhdr nh;
		char name[4];
		uint32_t entry;
		uint32_t code;
	} e = {
		.eh = { .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64,
				     ELFDATA2LSB, 1 },
			.e_type = ET_EXEC, .e_machine = EM_X86_64,
			.e_phoff = sizeof(Elf64_Ehdr),
			.e_phentsize = sizeof(Elf64_Phdr), .e_phnum = 2 },
		.nh = { 4, 4, 18 }, .name = "Xen", .entry = 0x100000,
	};
	int fd = open(kernel, O_CREAT | O_WRONLY, 0600);

	e.ph[0] = (Elf64_Phdr){ .p_type = PT_LOAD, .p_paddr = 0x100000,
		.p_offset = sizeof(e) - 4, .p_filesz = 4, .p_memsz = 4 };
	e.ph[1] = (Elf64_Phdr){ .p_type = PT_NOTE, .p_filesz = 20,
		.p_offset = sizeof(e) - 24 };
	CHECK(fd >= 0);
	CHECK(write(fd, &e, sizeof(e)) == sizeof(e));
	close(fd);
}

static void prepare(const char *cmdline)
{
	CHECK(mkdtemp(base));
	snprintf(dir, sizeof(dir), "%s/child", base);
	snprintf(kernel, sizeof(kernel), "%s/kernel", base);
	CHECK(!mkdir(dir, 0700));
	write_kernel();
	CHECK(!child_config_init(&config));
	config.name = strdup("child");
	config.kernel = strdup(kernel);
	free(config.cmdline);
	config.cmdline = strdup(cmdline);
	config.memory = 16 << 20;
	config.vps = 2;
}

/* Returns what the worker says at --ready-fd. */
static int spawn(char **text)
{
	const char *build = getenv("BUILD");
	char path[512], number[12];
	int ready[2];

	CHECK(!child_config_save(&config, dir));
	snprintf(path, sizeof(path), "%s/selftests/unit/partwp/partwp",
		 build ? build : "../../../build");
	CHECK(!pipe(ready));
	worker = fork();
	CHECK(worker >= 0);
	if (!worker) {
		close(ready[0]);
		snprintf(number, sizeof(number), "%d", ready[1]);
		execl(path, "partwp", "--dir", dir, "--ready-fd", number,
		      NULL);
		_exit(127);
	}
	close(ready[1]);
	return control_ready_wait(ready[0], text);
}

static void start_worker(const char *cmdline)
{
	char *text = NULL;

	if (!config.name)
		prepare(cmdline);
	if (spawn(&text)) {
		printf("# %s\n", text);
		CHECK(false);
	}
	CHECK(!control_connect(&client, dir));
}

static struct json_object *ask(const char *cmd)
{
	struct json_object *reply;

	CHECK(!control_call(client, cmd, NULL, &reply));
	return reply;
}

static void tell(const char *cmd)
{
	json_object_put(ask(cmd));
}

static const char *text_of(struct json_object *o, const char *name)
{
	struct json_object *v;

	return json_object_object_get_ex(o, name, &v) ?
		json_object_get_string(v) : "";
}

/* What listeners on netlink were told; fake_part.c hides it in counters. */
static void expect_announced(unsigned int names, unsigned int stops,
			     unsigned int reason)
{
	struct json_object *stat = ask("stat"), *part;

	CHECK(json_object_object_get_ex(stat, "partition", &part));
	CHECK(atoi(text_of(part, "child_count")) == (int)names);
	CHECK(atoi(text_of(part, "port_count")) == (int)stops);
	CHECK(atoi(text_of(part, "connection_count")) == (int)reason);
	CHECK(json_object_object_get_ex(stat, "rings", &part));
	json_object_put(stat);
}

/* The next event must say this. */
static void expect(const char *state, const char *reason)
{
	struct json_object *event;

	CHECK(!control_event(client, 20000, &event));
	if (strcmp(text_of(event, "state"), state) ||
	    strcmp(text_of(event, "reason"), reason)) {
		printf("# event: %s\n", json_object_to_json_string(event));
		CHECK(false);
	}
	json_object_put(event);
}

static void expect_exit(int status)
{
	int s;

	CHECK(waitpid(worker, &s, 0) == worker);
	CHECK(WIFEXITED(s));
	CHECK_EQ(WEXITSTATUS(s), status);
	CHECK(access(dir, F_OK) && errno == ENOENT);
	control_disconnect(client);
	child_config_free(&config);
	CHECK(!unlink(kernel));
	CHECK(!rmdir(base));
}

static void life_poweroff(void)
{
	struct json_object *o;

	start_worker("say:hello off");
	o = ask("watch");
	CHECK(!strcmp(text_of(o, "state"), "created"));
	CHECK(!strcmp(text_of(o, "partition"), "7"));
	json_object_put(o);
	tell("start");
	expect("running", "");
	expect("stopped", "poweroff");
	expect_exit(0);
}

static void life_preserve(void)
{
	prepare("off");
	config.on_poweroff = PART_ACTION_PRESERVE;
	start_worker(NULL);
	tell("watch");
	tell("start");
	expect("running", "");
	expect("stopped", "poweroff");
	/* and once more, from the same files */
	tell("start");
	expect("running", "");
	expect("stopped", "poweroff");
	tell("quit");
	expect_exit(0);
}

static void life_reset_restarts(void)
{
	struct json_object *o;

	prepare("reset-once hang");
	start_worker(NULL);
	tell("watch");
	tell("start");
	expect("running", "");
	expect("running", "reset");
	o = ask("info");
	CHECK(!strcmp(text_of(o, "restarts"), "1"));
	CHECK(!strcmp(text_of(o, "state"), "running"));
	json_object_put(o);
	expect_announced(2, 1, HVPART_NL_REASON_RESET);
	tell("quit");
	expect("stopped", "killed");
	expect_exit(0);
}

static void end_with(const char *cmdline, const char *reason, int status)
{
	prepare(cmdline);
	config.on_reboot = PART_ACTION_DESTROY;
	config.on_panic = PART_ACTION_DESTROY;
	config.on_crash = PART_ACTION_DESTROY;
	start_worker(NULL);
	tell("watch");
	tell("start");
	expect("running", "");
	expect(status == 10 ? "stopped" : "crashed", reason);
	expect_exit(status);
}

static void life_reset_destroys(void)
{
	end_with("reset", "reset", 10);
}

static void life_triple_fault(void)
{
	end_with("say:x triple", "triple-fault", 12);
}

static void life_error(void)
{
	end_with("error", "error", 13);
}

/* It resets after its panic, as with panic=1; that is still a panic. */
static void life_panic_reset(void)
{
	end_with("panic reset", "panic", 11);
}

/* It loops for ever: the grace ends that. */
static void life_panic_hang(void)
{
	struct json_object *o, *crash;

	prepare("panic hang");
	config.on_panic = PART_ACTION_PRESERVE;
	start_worker(NULL);
	tell("watch");
	tell("start");
	expect("running", "");
	expect("crashed", "panic");
	o = ask("info");
	CHECK(json_object_object_get_ex(o, "crash", &crash));
	CHECK(!strcmp(text_of(crash, "p3"), "0x123000"));
	CHECK(!strcmp(text_of(crash, "message"),
		      "Kernel panic - not syncing: sysrq ? triggered crash\n"));
	json_object_put(o);
	tell("quit");
	expect_exit(11);
}

static int connect_console(void)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	CHECK(!rundir_path(a.sun_path, dir, RUNDIR_CONSOLE));
	CHECK(!connect(fd, (struct sockaddr *)&a, sizeof(a)));
	return fd;
}

static void read_console(int fd, const char *text)
{
	char buf[256];
	size_t n = strlen(text), got = 0;

	while (got < n) {
		ssize_t r = read(fd, buf + got, n - got);

		CHECK(r > 0);
		got += (size_t)r;
	}
	CHECK(!memcmp(buf, text, n));
}

static void life_console(void)
{
	char text[] = "abcdefghijklmnopqrstuvwxyz0123456789_0123456789q";
	size_t i;
	int fd;

	prepare("say:first_line_prompt: echo hang");
	start_worker(NULL);
	tell("start");
	usleep(100000);
	fd = connect_console();		/* late: gets what was before */
	read_console(fd, "first\nline\nprompt:");
	for (i = 0; text[i]; i++) {
		if (text[i] == 'q' && text[i + 1])
			text[i] = 'Q';
	}
	CHECK(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	read_console(fd, text);
	close(fd);
	tell("quit");
	expect_exit(0);
}

/* A request for memory; returns errno. */
static int memory(const char *op, int64_t size)
{
	struct json_object *args = json_object_new_object();
	int ret;

	json_object_object_add(args, "op", json_object_new_string(op));
	if (size)
		json_object_object_add(args, "size",
				       json_object_new_int64(size));
	ret = control_call(client, "memory", args, NULL);
	json_object_put(args);
	return -ret;
}

static void life_stop(void)
{
	struct json_object *args, *reply;

	prepare("hang");
	start_worker(NULL);
	tell("watch");
	args = json_object_new_object();
	json_object_object_add(args, "force", json_object_new_boolean(1));
	CHECK(control_call(client, "stop", args, NULL) < 0);	/* not yet */
	tell("start");
	expect("running", "");
	CHECK_EQ(-control_call(client, "start", NULL, NULL), EBUSY);
	CHECK_EQ(-control_call(client, "stop", NULL, NULL), EOPNOTSUPP);
	CHECK_EQ(-control_call(client, "dance", NULL, NULL), ENOSYS);
	CHECK(!control_call(client, "stop", args, &reply));
	json_object_put(reply);
	json_object_put(args);
	expect("stopped", "killed");
	CHECK_EQ(memory("add", 128 << 20), ESRCH);
	expect_announced(1, 1, HVPART_NL_REASON_KILLED);
	reply = ask("stat");
	CHECK(strstr(json_object_to_json_string(reply), "101"));
	json_object_put(reply);
	tell("quit");
	expect_exit(0);
}

/* A guest without a driver that could do it. */
static void life_memory(void)
{
	start_worker("hang");
	CHECK_EQ(memory("add", 128 << 20), ENOTCONN);
	tell("start");
	CHECK_EQ(memory("info", 0), 0);
	CHECK_EQ(memory("add", 128 << 20), ENOTCONN);
	CHECK_EQ(memory("set", 8 << 20), ENOTCONN);
	CHECK_EQ(memory("add", 0), EINVAL);
	CHECK_EQ(memory("add", -4096), EINVAL);
	CHECK_EQ(memory("fly", 4096), EINVAL);
	CHECK_EQ(memory("", 4096), EINVAL);
	tell("quit");
	expect_exit(0);
}

static void life_signal(void)
{
	start_worker("hang");
	tell("start");
	CHECK(!kill(worker, SIGTERM));
	expect_exit(0);
}

/* Nobody removes the directory of a worker that was killed: it has "failed". */
static void life_sigkill(void)
{
	pid_t pid;
	int s;

	start_worker("hang");
	tell("start");
	CHECK_EQ(rundir_owner(dir, &pid), 1);
	CHECK_EQ(pid, worker);
	CHECK(!kill(worker, SIGKILL));
	CHECK(waitpid(worker, &s, 0) == worker);
	usleep(100000);
	CHECK_EQ(rundir_owner(dir, &pid), 0);
	CHECK(!rundir_remove(dir));
	unlink(kernel);
	rmdir(base);
}

static void life_bad_kernel(void)
{
	char *text = NULL;
	int s;

	prepare("");
	CHECK(!truncate(kernel, 100));
	CHECK(spawn(&text) < 0);
	CHECK(text && strstr(text, "kernel"));
	CHECK(waitpid(worker, &s, 0) == worker);
	CHECK_EQ(WEXITSTATUS(s), 1);
	free(text);
	rundir_remove(dir);
	unlink(kernel);
	rmdir(base);
}

static void life_vmbus(void)
{
	start_worker("contact off");
	tell("watch");
	tell("start");
	expect("running", "");
	expect("stopped", "poweroff");
	expect_exit(0);
}

static void life_hint(void)
{
	start_worker("hint off");
	tell("watch");
	tell("start");
	expect("running", "");
	expect("stopped", "poweroff");
	expect_exit(0);
}

/* What the kernel says of each thread of the worker. */
static void life_sandbox(void)
{
	char cmd[256];

	start_worker("hang");
	tell("start");
	snprintf(cmd, sizeof(cmd),
		 "cat /proc/%d/task/*/status | awk '/^(Seccomp|NoNewPrivs|CapEff|CapPrm|CapBnd):/ "
		 "{ print $1 $2 }' | sort | uniq -c | tr -s ' \\n' ';' | "
		 "grep -q 'Seccomp:2'", worker);
	CHECK(!system(cmd));
	snprintf(cmd, sizeof(cmd),
		 "! grep -h -E '^(Seccomp:.[01]|NoNewPrivs:.0|Cap(Eff|Prm|Inh|Amb):.*[1-9a-f])' "
		 "/proc/%d/task/*/status", worker);
	CHECK(!system(cmd));
	/*
	 * Nothing open but what it needs: no directory, no network; and how
	 * much memory the machine has left.
	 */
	snprintf(cmd, sizeof(cmd),
		 "! ls -l /proc/%d/fd | grep -v ' -> /proc/meminfo$' | "
		 "grep -E ' -> /(proc|sys|etc)'", worker);
	CHECK(!system(cmd));
	tell("quit");
	expect_exit(0);
}

const struct test life_tests[] = {
	TEST(life_poweroff), TEST(life_memory), TEST(life_preserve), TEST(life_reset_restarts),
	TEST(life_reset_destroys), TEST(life_triple_fault), TEST(life_error),
	TEST(life_panic_reset), TEST(life_panic_hang), TEST(life_console),
	TEST(life_stop), TEST(life_signal), TEST(life_sigkill),
	TEST(life_bad_kernel), TEST(life_vmbus), TEST(life_hint), TEST(life_sandbox),
	TESTS_END
};

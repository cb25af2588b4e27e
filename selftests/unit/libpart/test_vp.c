// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fake.h"

static struct hvpart_run_page *run_page(struct part_vp *vp)
{
	return mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED,
		    part_vp_fd(vp), HVPART_VP_MMAP_OFFSET_RUN * 4096L);
}

static void test_create_vp(void)
{
	struct part *part = fake_partition(2);
	struct part_vp *vp = NULL;
	struct part_vp *vp1;

	ok(part_vp_create(part, 2, &vp) == -EINVAL, "vp: index too high");
	fake_fail(HVPART_CREATE_VP, 1, ENOMEM);
	ok(part_vp_create(part, 0, &vp) == -ENOMEM, "vp: refused");
	fake_fail_alloc(1);
	ok(part_vp_create(part, 0, &vp) == -ENOMEM, "vp: no memory");
	fake_fail_alloc(2);
	ok(part_vp_create(part, 0, &vp) == -ENOMEM, "vp: no run page");
	ok(!vp, "vp: nothing returned on errors");
	fake_fail_alloc(3);
	ok(!part_vp_create(part, 0, &vp) && !part_vp_reg_page(vp),
	   "vp: works without a register page");
	ok(part_vp_create(part, 0, &vp1) == -EEXIST, "vp: twice");
	ok(!part_vp_create(part, 1, &vp1) && part_vp_reg_page(vp1),
	   "vp: register page");
	ok(part_vp_index(vp1) == 1 && part_vp_part(vp1) == part &&
	   part_vp_fd(vp1) >= 0, "vp: accessors");
	ok(*(const uint32_t *)fake_last(HVPART_CREATE_VP)->arg == 1,
	   "vp: index argument");
	part_destroy(part);
}

static void test_run(void)
{
	struct part *part = fake_partition(1);
	struct hvpart_run_page *page;
	struct hv_message in = { .header.message_type = HVMSG_X64_HALT };
	struct hv_message msg;
	struct part_vp *vp;

	if (part_vp_create(part, 0, &vp))
		abort();
	page = run_page(vp);
	fake_output(&in, sizeof(in));
	ok(!part_vp_run(vp, &msg) && msg.header.message_type == HVMSG_X64_HALT,
	   "run: message");
	part_vp_stop(vp);
	ok(page->immediate_exit == 1, "stop: sets immediate exit");
	ok(!part_vp_run(vp, &msg) && page->immediate_exit == 1,
	   "run: an intercept does not take the wish back");
	fake_fail(HVPART_RUN_VP, 1, EINTR);
	ok(part_vp_run(vp, &msg) == -EINTR && !page->immediate_exit,
	   "run: -EINTR does");
	fake_fail(HVPART_RUN_VP, 1, EIO);
	ok(part_vp_run(vp, &msg) == -EIO, "run: error");
	munmap(page, 4096);
	part_destroy(part);
}

static volatile sig_atomic_t kicked;

static void on_kick(int signo)
{
	(void)signo;
	kicked = 1;
}

static void test_kick(void)
{
	struct part *part = fake_partition(1);
	struct sigaction action = { .sa_handler = on_kick };
	struct hvpart_run_page *page;
	struct part_vp *vp;

	if (part_vp_create(part, 0, &vp))
		abort();
	page = run_page(vp);
	sigaction(PART_KICK_SIGNAL, &action, NULL);
	ok(!part_vp_kick_thread(vp, pthread_self()) && kicked &&
	   page->immediate_exit == 1, "kick: signal and immediate exit");
	munmap(page, 4096);
	part_destroy(part);
}

static void test_state(void)
{
	struct part *part = fake_partition(1);
	const struct hvpart_get_set_vp_state *arg;
	uint8_t state[5000];
	uint8_t buf[6000];
	struct part_vp *vp;
	size_t size;

	if (part_vp_create(part, 0, &vp))
		abort();
	memset(state, 0x77, sizeof(state));
	fake_output(state, sizeof(state));
	size = sizeof(buf) - 1;
	ok(!part_vp_get_state(vp, HVPART_VP_STATE_XSAVE, buf + 1, &size) &&
	   buf[5000] == 0x77, "state: any alignment");
	size = sizeof(buf);
	ok(!part_vp_get_state(vp, HVPART_VP_STATE_XSAVE, buf, &size) &&
	   size == 5000 && buf[4999] == 0x77, "state: get");
	arg = (const void *)fake_last(HVPART_GET_VP_STATE)->arg;
	ok(arg->type == HVPART_VP_STATE_XSAVE && arg->buf_sz == 8192,
	   "state: get in whole pages");
	size = 100;
	ok(part_vp_get_state(vp, HVPART_VP_STATE_XSAVE, buf, &size) ==
	   -ENOBUFS && size == 5000, "state: too small by pages");
	size = 4999;
	ok(part_vp_get_state(vp, HVPART_VP_STATE_XSAVE, buf, &size) ==
	   -ENOBUFS && size == 5000, "state: too small by a byte");
	size = 0;
	ok(part_vp_get_state(vp, HVPART_VP_STATE_XSAVE, NULL, &size) ==
	   -ENOBUFS && size == 5000, "state: only the size");
	size = sizeof(buf);
	fake_fail(HVPART_GET_VP_STATE, 1, EIO);
	ok(part_vp_get_state(vp, 0, buf, &size) == -EIO, "state: get refused");
	fake_fail_alloc(1);
	ok(part_vp_get_state(vp, 0, buf, &size) == -ENOMEM,
	   "state: get, no memory");
	ok(!part_vp_set_state(vp, 3, buf + 1, 100), "state: set");
	arg = (const void *)fake_last(HVPART_SET_VP_STATE)->arg;
	ok(arg->type == 3 && arg->buf_sz == 4096 && !(arg->buf_ptr % 4096),
	   "state: set in whole pages");
	ok(part_vp_set_state(vp, 3, buf, 0) == -EINVAL, "state: set nothing");
	fake_fail(HVPART_SET_VP_STATE, 1, EINVAL);
	ok(part_vp_set_state(vp, 3, buf, 8) == -EINVAL, "state: set refused");
	fake_fail_alloc(1);
	ok(part_vp_set_state(vp, 3, buf, 8) == -ENOMEM,
	   "state: set, no memory");
	part_destroy(part);
}

void test_vp(void)
{
	test_create_vp();
	test_run();
	test_kick();
	test_state();
}

#define MANY	600

void test_regs(void)
{
	static union hv_register_value values[MANY];
	static union hv_register_value out[256];
	const struct hvpart_root_hvcall *call;
	static __u32 names[MANY];
	struct part *part = fake_partition(1);
	struct part_vp *vp;
	int i;

	if (part_vp_create(part, 0, &vp))
		abort();
	for (i = 0; i < MANY; i++)
		names[i] = i;
	for (i = 0; i < 256; i++)
		out[i].reg64 = i;
	fake_output(out, sizeof(out));
	fake_nr = 0;
	ok(!part_vp_get_regs(vp, names, values, MANY), "regs: get 600");
	ok(fake_nr == 3, "regs: in three calls");
	ok(values[255].reg64 == 255 && values[256].reg64 == 0 &&
	   values[599].reg64 == 87, "regs: values in their places");
	call = (const void *)fake_calls[2].arg;
	ok(call->reps == 88 && call->in_sz == 16 + 88 * 4 &&
	   call->out_sz == 88 * 16, "regs: sizes of the rest");
	ok(*(const uint32_t *)(fake_calls[2].input + 16) == 512,
	   "regs: names of the rest");
	fake_nr = 0;
	ok(!part_vp_set_regs(vp, names, values, MANY), "regs: set 600");
	ok(fake_nr == 5, "regs: in five calls");
	call = (const void *)fake_calls[0].arg;
	ok(call->reps == 127 && call->in_sz == 16 + 127 * 32 &&
	   !call->out_sz, "regs: set, sizes");
	fake_nr = 0;
	ok(!part_vp_get_regs(vp, names, values, 0) &&
	   !part_vp_set_regs(vp, names, values, 0) && !fake_nr,
	   "regs: none");
	fake_status(HV_STATUS_UNKNOWN_REGISTER_NAME, 0);
	ok(part_vp_get_regs(vp, names, values, MANY) == -EOPNOTSUPP &&
	   fake_nr == 1, "regs: get stops at a refusal");
	ok(part_vp_set_regs(vp, names, values, 1) == -EOPNOTSUPP,
	   "regs: set refused");
	fake_status(0, 3);
	ok(part_vp_get_regs(vp, names, values, 5) == -EIO &&
	   part_vp_set_regs(vp, names, values, 5) == -EIO,
	   "regs: success with a rest is none");
	part_destroy(part);
}

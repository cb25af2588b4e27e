// SPDX-License-Identifier: GPL-2.0
/* See part.h. */
#include <stdlib.h>
#include <sys/syscall.h>
#include <linux/capability.h>
#include "part.h"

#define MANY_REGS	64

int do_ioctl(int fd, unsigned long cmd, const void *arg)
{
	int ret = ioctl(fd, cmd, arg);

	return ret < 0 ? -errno : ret;
}

int dev_open(void)
{
	int fd = open(DEVICE, O_RDWR | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int part_create(int dev)
{
	const struct hvpart_create_partition args = {
		.pt_flags = PART_FLAGS,
	};

	return do_ioctl(dev, HVPART_CREATE_PARTITION, &args);
}

static int part_set_up(int part)
{
	static const struct {
		u32 code;
		u64 value;
	} early[] = {
		{ HV_PARTITION_PROPERTY_PRIVILEGE_FLAGS, 0x3000000a7e },
		{ HVPART_PROPERTY_FEATURES_EDX, 0x80500 },
	};
	int ret = 0;

	for (size_t i = 0; !ret && i < sizeof(early) / sizeof(early[0]); i++)
		ret = set_property(part, early[i].code, early[i].value);
	return ret ? ret : do_ioctl(part, HVPART_INITIALIZE_PARTITION, NULL);
}

int part_create_ready(int dev)
{
	int part = part_create(dev);
	int ret = part < 0 ? part : part_set_up(part);

	if (ret >= 0)
		return part;
	if (part >= 0)
		close(part);
	return ret;
}

int part_mem(int part, u64 gpa, void *host, u64 size, u32 flags)
{
	const struct hvpart_user_mem_region args = {
		.size = size,
		.guest_pfn = gpa / PAGE,
		.userspace_addr = (uintptr_t)host,
		.flags = flags,
	};

	return do_ioctl(part, HVPART_SET_GUEST_MEMORY, &args);
}

int vp_create(int part, u32 index)
{
	const struct hvpart_create_vp args = { .vp_index = index };

	return do_ioctl(part, HVPART_CREATE_VP, &args);
}

int vp_run(int vp, struct hv_message *msg)
{
	return do_ioctl(vp, HVPART_RUN_VP, msg);
}

int hvcall(int fd, u16 code, const void *in, u16 in_sz, void *out, u16 out_sz,
	   u16 *reps, u16 *status)
{
	struct hvpart_root_hvcall args = {
		.code = code,
		.reps = reps ? *reps : 0,
		.in_sz = in_sz,
		.out_sz = out_sz,
		.in_ptr = (uintptr_t)in,
		.out_ptr = (uintptr_t)out,
	};
	int ret = do_ioctl(fd, HVPART_ROOT_HVCALL, &args);

	if (reps)
		*reps = args.reps;
	if (status)
		*status = args.status;
	return ret;
}

int get_property(int fd, u32 code, u64 *value)
{
	const u64 in[2] = { 0, code };

	return hvcall(fd, HVCALL_GET_PARTITION_PROPERTY, in, sizeof(in), value,
		      sizeof(*value), NULL, NULL);
}

int set_property(int fd, u32 code, u64 value)
{
	const u64 in[3] = { 0, code, value };

	return hvcall(fd, HVCALL_SET_PARTITION_PROPERTY, in, sizeof(in), NULL, 0,
		      NULL, NULL);
}

int set_regs(int fd, u32 vp, const struct reg *regs, u32 n)
{
	struct {
		u64 id;
		u32 vp, vtl;
		struct hv_register_assoc e[MANY_REGS];
	} in = { .vp = vp };
	u16 reps = n;

	for (u32 i = 0; i < n; i++) {
		in.e[i].name = regs[i].name;
		in.e[i].value = regs[i].value;
	}
	return hvcall(fd, HVCALL_SET_VP_REGISTERS, &in,
		      offsetof(typeof(in), e) + n * sizeof(in.e[0]), NULL, 0,
		      &reps, NULL);
}

int get_regs(int fd, u32 vp, struct reg *regs, u32 n)
{
	struct {
		u64 id;
		u32 vp, vtl;
		u32 names[MANY_REGS];
	} in = { .vp = vp };
	union hv_register_value out[MANY_REGS];
	u16 reps = n;
	int ret;

	for (u32 i = 0; i < n; i++)
		in.names[i] = regs[i].name;
	ret = hvcall(fd, HVCALL_GET_VP_REGISTERS, &in,
		     offsetof(typeof(in), names) + n * sizeof(u32), out,
		     n * sizeof(out[0]), &reps, NULL);
	for (u32 i = 0; i < n && !ret; i++)
		regs[i].value = out[i];
	return ret;
}

int set_reg(int fd, u32 vp, u32 name, u64 value)
{
	const struct reg r = { .name = name, .value.reg64 = value };

	return set_regs(fd, vp, &r, 1);
}

u64 get_reg(int fd, u32 vp, u32 name)
{
	struct reg r = { .name = name };

	return get_regs(fd, vp, &r, 1) ? ~0ULL : r.value.reg64;
}

long long file_number(const char *path, const char *word)
{
	char line[256], *end;
	long long value = -1;
	FILE *f = fopen(path, "r");

	while (f && fgets(line, sizeof(line), f)) {
		if (strncmp(line, word, strlen(word)))
			continue;
		value = strtoll(line + strlen(word), &end, 0);
		break;
	}
	if (f)
		fclose(f);
	return value;
}

/* --- the guest --------------------------------------------------------------- */

void guest_load_image(void *ram)
{
	u64 *pml4 = ram + GUEST_TABLES, *pdpt = pml4 + 512, *pd = pdpt + 512;

	memcpy(ram + GUEST_CODE, guest_start, guest_end - guest_start);
	memcpy(ram + GUEST_AP, guest_ap, 64);
	memset(pml4, 0, 3 * PAGE);
	/* Accessed and dirty, so that the walker has nothing to write. */
	pml4[0] = (GUEST_TABLES + PAGE) | 0x63;
	pdpt[0] = (GUEST_TABLES + 2 * PAGE) | 0x63;
	for (u64 i = 0; i < 512; i++)
		pd[i] = i * LARGE | 0xe3;
}

u64 guest_addr(const u8 *entry)
{
	return GUEST_CODE + (entry - guest_start);
}

static struct reg segment(u32 name, u16 attributes, u32 limit)
{
	return (struct reg) {
		.name = name,
		.value.segment = {
			.limit = limit,
			.attributes = attributes,
		},
	};
}

static struct reg word(u32 name, u64 value)
{
	return (struct reg) { .name = name, .value.reg64 = value };
}

static int guest_start_in(int vp, u32 index, const u8 *entry, bool lm)
{
	const u32 limit = lm ? 0xffffffff : 0xffff;
	const u16 data = lm ? 0xc093 : 0x0093;
	const struct reg regs[] = {
		segment(HV_X64_REGISTER_CS, lm ? 0xa09b : 0x009b, limit),
		segment(HV_X64_REGISTER_DS, data, limit),
		segment(HV_X64_REGISTER_ES, data, limit),
		segment(HV_X64_REGISTER_SS, data, limit),
		word(HV_X64_REGISTER_CR3, GUEST_TABLES),
		word(HV_X64_REGISTER_CR4, lm ? 0x220 : 0),
		word(HV_X64_REGISTER_EFER, lm ? 0x500 : 0),
		word(HV_X64_REGISTER_CR0, lm ? 0x80000011 : 0x10),
		word(HV_X64_REGISTER_RSP, GUEST_STACK),
		word(HV_X64_REGISTER_RFLAGS, 2),
		/* What a fault left half delivered is not part of it. */
		word(HV_REGISTER_PENDING_INTERRUPTION, 0),
		word(HV_X64_REGISTER_RIP, guest_addr(entry)),
	};

	return set_regs(vp, index, regs, sizeof(regs) / sizeof(regs[0]));
}

int guest_start_real(int vp, u32 index, const u8 *entry)
{
	return guest_start_in(vp, index, entry, false);
}

int guest_start_long(int vp, u32 index, const u8 *entry)
{
	return guest_start_in(vp, index, entry, true);
}

void drop_ipc_lock(void)
{
	struct __user_cap_header_struct h = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct d[2];

	if (syscall(SYS_capget, &h, d))
		abort();
	d[0].effective &= ~(1U << CAP_IPC_LOCK);
	if (syscall(SYS_capset, &h, d))
		abort();
}

int caller_create(struct caller *c, const u8 *entry)
{
	int ret;

	c->dev = dev_open();
	c->part = part_create_ready(c->dev);
	c->ram = mmap(NULL, GUEST_RAM, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (c->dev < 0 || c->part < 0 || c->ram == MAP_FAILED)
		return -EIO;
	guest_load_image(c->ram);
	c->box = (void *)(c->ram + GUEST_BOX);
	ret = part_mem(c->part, 0, c->ram, GUEST_RAM, MEM_RAM);
	if (ret)
		return ret;
	c->vp = vp_create(c->part, 0);
	c->regs = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, c->vp, 0);
	if (c->vp < 0 || c->regs == MAP_FAILED)
		return -EIO;
	ret = guest_start_long(c->vp, 0, entry);
	if (!ret)
		ret = vp_run(c->vp, &c->m);
	if (ret)
		return ret;
	return c->m.header.message_type == HVMSG_X64_IO_PORT_INTERCEPT ? 0 :
									 -EPROTO;
}

void caller_close(struct caller *c)
{
	close(c->vp);
	close(c->part);
	close(c->dev);
}

u64 caller_calls(struct caller *c, u64 control, u64 in, u32 n)
{
	c->box->control = control;
	c->box->in = in;
	c->box->out = GUEST_OUT;
	c->box->again = n - 1;
	c->regs->rip = IO(c->m)->header.rip + 2;
	c->regs->dirty = 1 << HV_X64_REGISTER_CLASS_IP;
	if (vp_run(c->vp, &c->m) ||
	    c->m.header.message_type != HVMSG_X64_IO_PORT_INTERCEPT)
		return ~0ULL;
	return c->box->result;
}

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the suites of this folder share: raw ioctls, no library between the test
 * and the driver. Functions return 0 or a descriptor, or -errno.
 */
#ifndef IOCTL_PART_H
#define IOCTL_PART_H

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <linux/hvpart.h>
#include <hvpart/cpuid.h>
#include <hvpart/hypercall.h>
#include <hvpart/message.h>
#include <hvpart/property.h>
#include <hvpart/register.h>
#include <hvpart/status.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

#define DEVICE		"/dev/hvpart"
#define PAGE		4096UL
#define LARGE		(2UL << 20)
#define MEM_RW		(1 << HVPART_SET_MEM_BIT_WRITABLE)
#define MEM_X		(1 << HVPART_SET_MEM_BIT_EXECUTABLE)
#define MEM_RAM		(MEM_RW | MEM_X)
#define MEM_UNMAP	(1 << HVPART_SET_MEM_BIT_UNMAP)

/* What every partition has. */
#define PART_FLAGS	(1 << HVPART_PT_BIT_LAPIC | 1 << HVPART_PT_BIT_X2APIC)

/* ioctl() with the error as the result. */
int do_ioctl(int fd, unsigned long cmd, const void *arg);

int dev_open(void);
int part_create(int dev);
/* With what a guest needs for hypercalls, SynIC, crash MSRs; initialized. */
int part_create_ready(int dev);
int part_mem(int part, u64 gpa, void *host, u64 size, u32 flags);
int vp_create(int part, u32 index);
int vp_run(int vp, struct hv_message *msg);

/* A hypercall through a descriptor; *status may be NULL. */
int hvcall(int fd, u16 code, const void *in, u16 in_sz, void *out, u16 out_sz,
	   u16 *reps, u16 *status);
int get_property(int fd, u32 code, u64 *value);
int set_property(int fd, u32 code, u64 value);

struct reg {
	u32 name;
	union hv_register_value value;
};

/* Up to 64 registers. */
int set_regs(int fd, u32 vp, const struct reg *regs, u32 n);
int get_regs(int fd, u32 vp, struct reg *regs, u32 n);
int set_reg(int fd, u32 vp, u32 name, u64 value);
u64 get_reg(int fd, u32 vp, u32 name);

/* Number after WORD in a file of names and numbers; -1: none. */
long long file_number(const char *path, const char *word);

/* From now on RLIMIT_MEMLOCK holds for us too. */
void drop_ipc_lock(void);

/* --- the guest of guest.S ------------------------------------------------- */

#define GUEST_RAM	LARGE
#define GUEST_CODE	0x1000
#define GUEST_AP	0x7000		/* where a SIPI with vector 7 starts */
#define GUEST_STACK	0x8000
#define GUEST_TABLES	0x10000
#define GUEST_HV_PAGE	0x20000
#define GUEST_IN	0x21000
#define GUEST_OUT	0x22000
#define GUEST_BOX	0x30000		/* struct guest_box */

/* What guest_hypercall does over and over. */
struct guest_box {
	u64 control, in, out, result, again;
};

extern const u8 guest_start[], guest_end[];
extern const u8 guest_out[], guest_count[], guest_spin[], guest_halt[];
extern const u8 guest_ud[], guest_load[], guest_store[], guest_outs[];
extern const u8 guest_cpuid[], guest_hypercall[], guest_sipi[], guest_ap[];
extern const u8 guest_crash[], guest_synic[], guest_tick[];

/* Copies code and page tables into @ram (GPA 0). */
void guest_load_image(void *ram);
/* RIP, segments and control registers for an entry point of guest.S. */
int guest_start_real(int vp, u32 index, const u8 *entry);
int guest_start_long(int vp, u32 index, const u8 *entry);
/* RIP of an entry point */
u64 guest_addr(const u8 *entry);

/* --- a guest that makes hypercalls ---------------------------------------- */

#define IO(m)	((struct hv_x64_io_port_intercept_message *)(m).u.payload)

struct caller {
	int dev, part, vp;
	u8 *ram;
	volatile struct guest_box *box;
	struct hv_vp_register_page *regs;
	struct hv_message m;		/* the OUT it stands at */
};

/* Runs up to the OUT before its first call. 0 or -errno. */
int caller_create(struct caller *c, const u8 *entry);
void caller_close(struct caller *c);
/* It issues a hypercall @n times; returns the last result, or ~0. */
u64 caller_calls(struct caller *c, u64 control, u64 in, u32 n);

#endif

// SPDX-License-Identifier: GPL-2.0
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "machine.h"

#define START_INFO	0x6000
#define START_MAGIC	0x336ec578
#define COMMAND_LINE	0x8000
#define COMMAND_LINE_SIZE 1024

#define NOTE_PVH_ENTRY	18

#define UART		0x3F8
#define UART_LSR	(UART + 5)
#define LSR_EMPTY	0x60
#define SLEEP_CONTROL	0x600
#define SLEEP_ENABLE	0x20

/* --- loading --------------------------------------------------------------- */

static const uint8_t *map_file(const char *path, size_t *size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *p;

	if (fd < 0 || fstat(fd, &st))
		DIE("%s: %s", path, strerror(errno));
	*size = st.st_size;
	p = mmap(NULL, *size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (p == MAP_FAILED)
		DIE("%s: %s", path, strerror(errno));
	return p;
}

/* The only note of our guests, as entry.S writes it: name "Xen", 8 bytes. */
static uint32_t pvh_entry(const uint8_t *note, size_t size)
{
	uint32_t head[3], entry;

	if (size < 24)
		return 0;
	memcpy(head, note, sizeof(head));
	memcpy(&entry, note + 16, sizeof(entry));
	return head[2] == NOTE_PVH_ENTRY ? entry : 0;
}

static uint32_t load(uint8_t *ram, const char *path)
{
	size_t size;
	const uint8_t *file = map_file(path, &size);
	const Elf64_Ehdr *eh = (const void *)file;
	const Elf64_Phdr *ph = (const void *)(file + sizeof(*eh));
	uint32_t entry = 0;

	if (size < sizeof(*eh) || memcmp(file, ELFMAG, SELFMAG) ||
	    eh->e_phoff != sizeof(*eh) ||
	    size < sizeof(*eh) + eh->e_phnum * sizeof(*ph))
		DIE("%s is none of our guests", path);
	for (int i = 0; i < eh->e_phnum; i++, ph++) {
		if (ph->p_offset + ph->p_filesz > size)
			DIE("%s: damaged", path);
		if (ph->p_type == PT_NOTE)
			entry = pvh_entry(file + ph->p_offset, ph->p_filesz);
		if (ph->p_type != PT_LOAD)
			continue;
		if (ph->p_paddr + ph->p_memsz > MACHINE_RAM)
			DIE("%s: too large", path);
		memcpy(ram + ph->p_paddr, file + ph->p_offset, ph->p_filesz);
	}
	munmap((void *)file, size);
	if (!entry)
		DIE("%s: no PVH entry", path);
	return entry;
}

static void write_start_info(uint8_t *ram, const char *cmdline)
{
	const uint32_t magic = START_MAGIC;
	const uint64_t line = COMMAND_LINE;

	if (strlen(cmdline) >= COMMAND_LINE_SIZE)
		DIE("the command line is too long");
	memcpy(ram + START_INFO, &magic, sizeof(magic));
	memcpy(ram + START_INFO + 24, &line, sizeof(line));
	strcpy((char *)ram + COMMAND_LINE, cmdline);
}

/* 32-bit, flat, paging off: the PVH entry. */
static void set_start(struct part_vp *vp, uint32_t entry)
{
	static const uint32_t data[] = {
		HV_X64_REGISTER_DS, HV_X64_REGISTER_ES, HV_X64_REGISTER_SS,
	};
	uint32_t names[8];
	union hv_register_value v[8] = {};
	int n = 0, err;

	names[n] = HV_X64_REGISTER_CR0;
	v[n++].reg64 = 0x11;
	names[n] = HV_X64_REGISTER_CS;
	v[n].segment.limit = 0xFFFFFFFF;
	v[n].segment.selector = 0x10;
	v[n++].segment.attributes = 0xC09B;
	for (int i = 0; i < 3; i++) {
		names[n] = data[i];
		v[n].segment.limit = 0xFFFFFFFF;
		v[n].segment.selector = 0x18;
		v[n++].segment.attributes = 0xC093;
	}
	names[n] = HV_X64_REGISTER_RBX;
	v[n++].reg64 = START_INFO;
	names[n] = HV_X64_REGISTER_RIP;
	v[n++].reg64 = entry;
	err = part_vp_set_regs(vp, names, v, n);
	if (err)
		DIE("registers: %s", part_strerror(err));
}

void machine_build(struct machine *m, const struct part_config *config,
		   const char *elf, const char *cmdline)
{
	void *ram = NULL;
	int err;

	m->nr_vps = config->nr_vps;
	err = part_open(&m->dev, NULL);
	if (!err)
		err = part_create(m->dev, config, &m->part);
	if (!err)
		err = part_initialize(m->part);
	if (!err)
		err = part_mem_add(m->part, 0, MACHINE_RAM, PART_MEM_RAM, NULL,
				   &ram);
	for (unsigned int i = 0; !err && i < m->nr_vps; i++)
		err = part_vp_create(m->part, i, &m->vp[i]);
	if (err)
		DIE("set-up: %s", part_strerror(err));
	write_start_info(ram, cmdline);
	set_start(m->vp[0], load(ram, elf));
}

/* --- running --------------------------------------------------------------- */

static void power_off(struct machine *m)
{
	__atomic_store_n(&m->over, true, __ATOMIC_RELEASE);
	for (unsigned int i = 0; i < m->nr_vps; i++)
		part_vp_kick_thread(m->vp[i], m->thread[i]);
}

static void port_write(struct machine *m, uint16_t port, uint32_t value)
{
	if (port == UART)
		putchar_unlocked(value & 0xFF);
	else if (port == SLEEP_CONTROL && value & SLEEP_ENABLE)
		power_off(m);
	else if (m->out)
		m->out(m, port, value);
	if (port == UART && (value & 0xFF) == '\n')
		fflush(stdout);
}

static uint64_t port_read(uint16_t port)
{
	return port == UART_LSR ? LSR_EMPTY : 0xFFFFFFFF;
}

/* The guest waits meanwhile. */
static void port_access(struct machine *m, struct part_vp *vp,
			const struct hv_x64_io_port_intercept_message *io)
{
	const uint32_t names[] = { HV_X64_REGISTER_RIP, HV_X64_REGISTER_RAX };
	union hv_register_value v[2] = {
		{ .reg64 = io->header.rip + io->header.instruction_length },
		{ .reg64 = io->rax },
	};
	const uint64_t mask = (1ULL << 8 * io->access_info.access_size) - 1;
	int err;

	if (io->access_info.string_op)
		DIE("string I/O");
	if (io->header.intercept_access_type == HV_INTERCEPT_ACCESS_WRITE)
		port_write(m, io->port_number, io->rax & mask);
	else
		v[1].reg64 = (io->rax & ~mask) |
			     (port_read(io->port_number) & mask);
	err = part_vp_set_regs(vp, names, v, 2);
	if (err)
		DIE("registers: %s", part_strerror(err));
}

struct vp_run {
	struct machine *m;
	struct part_vp *vp;
};

static void *vp_thread(void *arg)
{
	struct vp_run *r = arg;
	struct hv_message msg;
	int err;

	while (!__atomic_load_n(&r->m->over, __ATOMIC_ACQUIRE)) {
		err = part_vp_run(r->vp, &msg);
		if (err == -EINTR)
			continue;
		if (err)
			DIE("VP %u: %s", part_vp_index(r->vp),
			    part_strerror(err));
		if (msg.header.message_type != HVMSG_X64_IO_PORT_INTERCEPT)
			DIE("VP %u: message %#x", part_vp_index(r->vp),
			    msg.header.message_type);
		port_access(r->m, r->vp, (const void *)msg.u.payload);
	}
	return NULL;
}

static void nothing(int sig)
{
	(void)sig;
}

void machine_run(struct machine *m)
{
	const struct sigaction sa = { .sa_handler = nothing };
	struct vp_run run[MACHINE_VPS];

	sigaction(PART_KICK_SIGNAL, &sa, NULL);
	/* The others first: all are there when the guest ends. */
	for (unsigned int i = m->nr_vps; i--;) {
		run[i] = (struct vp_run){ m, m->vp[i] };
		if (pthread_create(&m->thread[i], NULL, vp_thread, &run[i]))
			DIE("no thread");
	}
	for (unsigned int i = 0; i < m->nr_vps; i++)
		pthread_join(m->thread[i], NULL);
	fflush(stdout);
}

void machine_free(struct machine *m)
{
	part_destroy(m->part);
	part_close(m->dev);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * A pretended hypervisor behind libpart's functions, so that the worker can be
 * started, sandbox and all, where there is none. VP 0 plays what the guest's
 * command line says, word by word:
 *
 *	say:TEXT	writes TEXT to the serial port
 *	echo		copies serial input to output up to a "q"
 *	hint		says that 2 MiB are unused, and looks that they are gone
 *	contact		connects to VMBus and waits for the answer
 *	off, reset, triple, error	ends in that way
 *	reset-once	resets in the first life only
 *	panic		writes the crash registers and goes on
 *	hang		nothing more, for ever
 *
 * After the last word it powers off.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <libpart_netlink.h>

#include "bytes.h"
#include "hooks.h"
#include "pvh.h"

#define REGIONS	4
#define VPS	8

/* Where the script "hint" has its input, and what it is about. */
#define INPUT	(6ULL << 20)
#define HINTED	(8ULL << 20)

struct part_dev {
	int news[2];		/* urgent data: the partition has news */
};

struct part_vp {
	struct part *part;
	uint32_t index;
	bool stop;
	uint64_t rax;
};

struct part {
	struct part_dev *dev;
	struct { uint64_t gpa, size; uint8_t *hva; } region[REGIONS];
	unsigned int nr_regions;
	struct part_vp vps[VPS];
	const char *script;
	unsigned int phase;	/* within a word */
	bool asked, panicked;
	int queue_fd;
	struct hv_message request, answer;
	bool answered;
	bool stopped;		/* has been announced */
	unsigned int discards;
};

static unsigned int lives;

const char *part_strerror(int err)
{
	return strerror(-err);
}

int part_open(struct part_dev **dev, const char *path)
{
	(void)path;
	*dev = calloc(1, sizeof(**dev));
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, (*dev)->news))
		return -errno;
	return 0;
}

void part_close(struct part_dev *dev)
{
	free(dev);
}

void part_config_init_sized(struct part_config *config, size_t size)
{
	memset(config, 0, size);
	config->size = size;
}

int part_create(struct part_dev *dev, const struct part_config *config,
		struct part **part)
{
	if (config->nr_vps > VPS)
		return -EINVAL;
	*part = calloc(1, sizeof(**part));
	(*part)->dev = dev;
	(*part)->queue_fd = -1;
	lives++;
	return 0;
}

int part_initialize(struct part *part)
{
	(void)part;
	return 0;
}

void part_destroy(struct part *part)
{
	free(part);
}

int part_fd(const struct part *part)
{
	return part->dev->news[0];
}

__u64 part_id(struct part *part)
{
	(void)part;
	return 7;
}

int part_mem_add(struct part *part, __u64 gpa, __u64 size, __u32 flags,
		 void *hva, void **out)
{
	(void)flags;
	if (part->nr_regions == REGIONS)
		return -ENOMEM;
	if (out)
		*out = hva;
	part->region[part->nr_regions].gpa = gpa;
	part->region[part->nr_regions].size = size;
	part->region[part->nr_regions++].hva = hva;
	return 0;
}

int part_mem_remove(struct part *part, __u64 gpa, __u64 size)
{
	(void)part, (void)gpa, (void)size;
	return -ENOENT;		/* no script has memory added */
}

/* No script has a balloon: only what "hint" names. */
int part_mem_discard(struct part *part, const struct hvpart_memory_range *ranges,
		     size_t nr, size_t *done)
{
	(void)done;
	if (nr != 1 || ranges->guest_pfn != HINTED >> 12 ||
	    ranges->page_count != 512)
		return -EINVAL;
	part->discards++;
	return 0;
}

int part_mem_restore(struct part *part, const struct hvpart_memory_range *ranges,
		     size_t nr, size_t *done)
{
	(void)part, (void)ranges, (void)nr, (void)done;
	return -EINVAL;
}

int part_vp_create(struct part *part, __u32 index, struct part_vp **vp)
{
	part->vps[index].part = part;
	part->vps[index].index = index;
	*vp = &part->vps[index];
	return 0;
}

struct hv_vp_register_page *part_vp_reg_page(struct part_vp *vp)
{
	(void)vp;
	return NULL;
}

int part_vp_get_regs(struct part_vp *vp, const __u32 *names,
		     union hv_register_value *values, size_t n)
{
	(void)vp, (void)names;
	memset(values, 0, n * sizeof(*values));
	return 0;
}

int part_vp_set_regs(struct part_vp *vp, const __u32 *names,
		     const union hv_register_value *values, size_t n)
{
	for (; n--; names++, values++) {
		if (*names == HV_X64_REGISTER_RAX)
			vp->rax = values->reg64;
	}
	return 0;
}

void part_vp_stop(struct part_vp *vp)
{
	__atomic_store_n(&vp->stop, true, __ATOMIC_SEQ_CST);
}

int part_vp_kick_thread(struct part_vp *vp, pthread_t thread)
{
	part_vp_stop(vp);
	return -pthread_kill(thread, SIGUSR1);
}

int part_assert_interrupt(struct part *part, __u32 type, __u64 dest,
			  __u32 vector, bool level, bool logical)
{
	(void)part, (void)type, (void)dest, (void)vector;
	(void)level, (void)logical;
	return 0;
}

int part_post_message_direct(struct part *part, __u32 vp, __u8 sint,
			     const struct hv_message *msg)
{
	static unsigned int calls;

	if (vp || sint != 2)
		return -EINVAL;
	if (calls++ % 3 != 2)
		return -EAGAIN;	/* the slot is taken, twice out of three */
	part->answer = *msg;
	__atomic_store_n(&part->answered, true, __ATOMIC_SEQ_CST);
	return 0;
}

int part_port_eventfd(struct part *part, __u32 connection, __u16 flag,
		      int event_fd)
{
	(void)part, (void)connection, (void)flag, (void)event_fd;
	return 0;
}

int part_port_eventfd_remove(struct part *part, __u32 connection, __u16 flag,
			     int event_fd)
{
	(void)part, (void)connection, (void)flag, (void)event_fd;
	return 0;
}

int part_signal_event_direct(struct part *part, __u32 vp, __u8 sint,
			     __u16 flag)
{
	(void)part, (void)vp, (void)sint, (void)flag;
	return -EINVAL;		/* no script opens a channel */
}

int part_port_msgq(struct part *part, __u32 connection)
{
	if (connection != 4)
		return -EINVAL;
	part->queue_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	return part->queue_fd;
}

/* One message is all that a script can send. */
static struct part *asking;

int part_port_read_message(int fd, struct hv_message *msg)
{
	uint64_t n;

	if (read(fd, &n, sizeof(n)) != sizeof(n))
		return -EAGAIN;
	*msg = asking->request;
	return 0;
}

static const char last_words[] =
	"Kernel panic - not syncing: sysrq \x01 triggered crash\n";

int part_get_crash(struct part *part, struct hvpart_crash *crash,
		   char *message, size_t size)
{
	char c;

	memset(crash, 0, sizeof(*crash));
	if (!part->panicked)
		return 0;
	recv(part->dev->news[0], &c, 1, MSG_OOB | MSG_DONTWAIT);
	crash->count = 1;
	crash->p[3] = 0x123000;
	crash->p[4] = sizeof(last_words) - 1;
	crash->message_size = sizeof(last_words) - 1;
	if (size >= crash->message_size)
		memcpy(message, last_words, crash->message_size);
	return 0;
}

static struct {
	unsigned int names, stops, reason;
} announced;

int part_announce_name(struct part *part, const char *name)
{
	(void)part;
	announced.names += !strcmp(name, "child");
	return 0;
}

int part_announce_stopped(struct part *part, __u32 reason)
{
	if (part->stopped)
		return -EALREADY;
	part->stopped = true;
	announced.stops++;
	announced.reason = reason;
	return 0;
}

int part_announce_channel(struct part *part, bool open, const void *type,
			  const void *instance, __u32 index)
{
	(void)part, (void)open, (void)type, (void)instance, (void)index;
	return 0;
}

int part_announce_balloon(struct part *part, __u64 bytes)
{
	(void)part, (void)bytes;
	return 0;
}

int part_get_stats(struct part *part, struct hvpart_partition_stats *stats)
{
	(void)part;
	memset(stats, 0, sizeof(*stats));
	stats->pool_pages = 42;
	/* What the worker has told listeners, of all its lives. */
	stats->child_count = announced.names;
	stats->port_count = announced.stops;
	stats->connection_count = announced.reason;
	return 0;
}

uint64_t test_reference_time;
int test_property_result;

int part_get_property(struct part *part, __u32 code, __u64 *value)
{
	(void)part;
	if (code != HV_PARTITION_PROPERTY_REFERENCE_TIME)
		return -EINVAL;
	*value = test_reference_time;
	return test_property_result;
}

int part_vp_get_stats(struct part_vp *vp, struct hvpart_vp_stats *stats)
{
	memset(stats, 0, sizeof(*stats));
	stats->exits[HVPART_EXIT_IO] = 100 + vp->index;
	return 0;
}

/* ------------------------------------------------------------ the guest */

static int port(struct hv_message *msg, uint16_t number, bool write,
		uint8_t value)
{
	struct hv_x64_io_port_intercept_message m = {
		.header.instruction_length = 1,
		.header.intercept_access_type = write,
		.port_number = number,
		.access_info.access_size = 1,
		.rax = value,
	};

	memset(msg, 0, sizeof(*msg));
	msg->header.message_type = HVMSG_X64_IO_PORT_INTERCEPT;
	memcpy(msg->u.bytes, &m, sizeof(m));
	return 0;
}

static int plain(struct hv_message *msg, uint32_t type)
{
	memset(msg, 0, sizeof(*msg));
	msg->header.message_type = type;
	return 0;
}

static bool word(struct part *p, const char *w)
{
	size_t n = strlen(w);

	return !strncmp(p->script, w, n) &&
	       (!p->script[n] || p->script[n] == ' ');
}

static void next_word(struct part *p)
{
	while (*p->script && *p->script != ' ')
		p->script++;
	while (*p->script == ' ')
		p->script++;
	p->phase = 0;
}

static int wait_for_stop(struct part_vp *vp)
{
	while (!__atomic_exchange_n(&vp->stop, false, __ATOMIC_SEQ_CST))
		usleep(1000);
	return -EINTR;
}

static int say(struct part_vp *vp, struct hv_message *msg)
{
	struct part *p = vp->part;
	char c = p->script[4 + p->phase];

	if (c && c != ' ') {
		p->phase++;
		return port(msg, 0x3f8, true, c == '_' ? '\n' : (uint8_t)c);
	}
	next_word(p);
	return -EINTR;
}

/* Polls LSR, reads a byte, writes it. */
static int echo(struct part_vp *vp, struct hv_message *msg)
{
	struct part *p = vp->part;

	switch (p->phase) {
	case 1:
		usleep(1000);
		p->phase = vp->rax & 1 ? 2 : 0;
		return -EINTR;
	case 2:
		p->phase = 3;
		return port(msg, 0x3f8, false, 0);
	case 3:
		if ((uint8_t)vp->rax == 'q')
			next_word(p);
		p->phase = 0;
		return port(msg, 0x3f8, true, (uint8_t)vp->rax);
	}
	p->phase = 1;
	return port(msg, 0x3fd, false, 0);
}

static int hint(struct part_vp *vp, struct hv_message *msg)
{
	const uint64_t in[] = { 2, HINTED | 1 << 11 };
	const struct hv_x64_hypercall_intercept_message m = {
		.header.instruction_length = 3,
		.rcx = 1ULL << 32 | 0x8003,
		.rdx = INPUT,
	};
	struct part *p = vp->part;

	if (p->phase++) {
		if (vp->rax != 1ULL << 32 || p->discards != 1)
			return -EPROTO;
		next_word(p);
		return -EINTR;
	}
	memcpy(p->region[0].hva + INPUT, in, sizeof(in));
	plain(msg, HVMSG_HYPERCALL_INTERCEPT);
	memcpy(msg->u.bytes, &m, sizeof(m));
	return 0;
}

static int contact(struct part_vp *vp)
{
	struct part *p = vp->part;
	uint64_t one = 1;

	if (!p->asked) {
		p->asked = true;
		asking = p;
		p->request.header.message_type = 1;
		p->request.header.payload_size = 40;
		put_le32(p->request.u.bytes, 14);
		put_le32(p->request.u.bytes + 8, 0x50003);
		p->request.u.bytes[16] = 2;
		if (write(p->queue_fd, &one, 8) != 8)
			return -EIO;
	}
	if (!__atomic_load_n(&p->answered, __ATOMIC_SEQ_CST)) {
		usleep(1000);
		return -EINTR;
	}
	if (get_le32(p->answer.u.bytes) != 15 || p->answer.u.bytes[8] != 1)
		return -EPROTO;
	next_word(p);
	return -EINTR;
}

static int panic(struct part *p)
{
	p->panicked = true;
	send(p->dev->news[1], "!", 1, MSG_OOB);
	next_word(p);
	return -EINTR;
}

static const char *command_line(const struct part *p)
{
	return (const char *)p->region[0].hva + GPA_COMMAND_LINE;
}

int part_vp_run(struct part_vp *vp, struct hv_message *msg)
{
	struct part *p = vp->part;

	if (vp->index)
		return wait_for_stop(vp);
	if (__atomic_exchange_n(&vp->stop, false, __ATOMIC_SEQ_CST))
		return -EINTR;
	if (!p->script)
		p->script = command_line(p);
	if (word(p, "hang"))
		return wait_for_stop(vp);
	if (!strncmp(p->script, "say:", 4))
		return say(vp, msg);
	if (word(p, "echo"))
		return echo(vp, msg);
	if (word(p, "hint"))
		return hint(vp, msg);
	if (word(p, "contact"))
		return contact(vp);
	if (word(p, "panic"))
		return panic(p);
	if (word(p, "triple"))
		return plain(msg, HVMSG_UNRECOVERABLE_EXCEPTION);
	if (word(p, "error"))
		return plain(msg, HVMSG_INVALID_VP_REGISTER_VALUE);
	if (word(p, "reset") || (word(p, "reset-once") && lives == 1))
		return port(msg, 0xcf9, true, 6);
	if (word(p, "reset-once")) {
		next_word(p);
		return -EINTR;
	}
	return port(msg, 0x600, true, 5 << 2 | 0x20);
}

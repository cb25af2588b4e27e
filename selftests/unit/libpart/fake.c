// SPDX-License-Identifier: GPL-2.0
/*
 * The recording device. Descriptors that it returns are real ones: /dev/null
 * for partitions, a memfd with the mapped pages for VPs, a socket for queues.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fake.h"

struct fake_call fake_calls[FAKE_CALLS];
int fake_nr;
int fake_queue_peer = -1;
int tap_nr;
int tap_failed;

static struct {
	unsigned long fail_request;
	int fail_after;
	int fail_err;
	unsigned int status;
	unsigned int status_reps;
	int status_errno;
	uint8_t output[8192];
	size_t output_size;
	int alloc_after;
} fake;

void *__real_calloc(size_t n, size_t size);
void *__real_aligned_alloc(size_t align, size_t size);
void *__real_reallocarray(void *p, size_t n, size_t size);
void *__real_mmap(void *addr, size_t len, int prot, int flags, int fd,
		  off_t off);

static bool alloc_fails(void)
{
	return fake.alloc_after && !--fake.alloc_after;
}

void *__wrap_calloc(size_t n, size_t size)
{
	return alloc_fails() ? NULL : __real_calloc(n, size);
}

void *__wrap_aligned_alloc(size_t align, size_t size)
{
	return alloc_fails() ? NULL : __real_aligned_alloc(align, size);
}

void *__wrap_reallocarray(void *p, size_t n, size_t size)
{
	return alloc_fails() ? NULL : __real_reallocarray(p, n, size);
}

void *__wrap_mmap(void *addr, size_t len, int prot, int flags, int fd,
		  off_t off)
{
	if (alloc_fails()) {
		errno = ENOMEM;
		return MAP_FAILED;
	}
	return __real_mmap(addr, len, prot, flags, fd, off);
}

void fake_reset(void)
{
	memset(&fake, 0, sizeof(fake));
	fake.status_errno = EIO;
	fake_nr = 0;
}

void fake_fail(unsigned long request, int n, int err)
{
	fake.fail_request = request;
	fake.fail_after = n;
	fake.fail_err = err;
}

void fake_status(unsigned int status, unsigned int reps)
{
	fake.status = status;
	fake.status_reps = reps;
}

void fake_status_errno(int err)
{
	fake.status_errno = err;
}

void fake_output(const void *data, size_t size)
{
	memcpy(fake.output, data, size);
	fake.output_size = size;
}

void fake_fail_alloc(int n)
{
	fake.alloc_after = n;
}

const struct fake_call *fake_last(unsigned long request)
{
	int i;

	for (i = fake_nr - 1; i >= 0; i--)
		if (fake_calls[i].request == request)
			return &fake_calls[i];
	return NULL;
}

int fake_count(unsigned long request)
{
	int count = 0;
	int i;

	for (i = 0; i < fake_nr; i++)
		count += fake_calls[i].request == request;
	return count;
}

static int vp_fd(void)
{
	int fd = memfd_create("vp", MFD_CLOEXEC);

	/* Registers in the first page, the run page at its place. */
	if (ftruncate(fd, (HVPART_VP_MMAP_OFFSET_RUN + 1) * 4096L))
		abort();
	return fd;
}

static int queue_fd(void)
{
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds))
		abort();
	fake_queue_peer = fds[1];
	return fds[0];
}

static int hvcall(struct hvpart_root_hvcall *call)
{
	bool reps = call->reps;

	if (call->status || call->in_sz > 4096 || call->out_sz > 4096)
		abort();	/* the library must never ask that */
	call->status = fake.status;
	if (reps && (fake.status || fake.status_reps))
		call->reps = fake.status_reps;
	if (fake.status) {
		errno = fake.status_errno;
		return errno ? -1 : 0;
	}
	if (call->out_sz)
		memcpy((void *)(uintptr_t)call->out_ptr, fake.output,
		       call->out_sz);
	return 0;
}

static int get_state(struct hvpart_get_set_vp_state *arg)
{
	uint32_t room = arg->buf_sz;

	if (arg->buf_ptr % 4096 || !room || room % 4096)
		abort();
	arg->buf_sz = fake.output_size;
	if (room < fake.output_size) {
		errno = EINVAL;
		return -1;
	}
	memcpy((void *)(uintptr_t)arg->buf_ptr, fake.output, fake.output_size);
	return 0;
}

/* Entries number from "after" + 1 to what fake_output() holds as a u64. */
static int list(struct hvpart_list *arg)
{
	struct hvpart_partition_entry *entry =
		(void *)(uintptr_t)arg->entries_ptr;
	uint64_t last;
	uint32_t n;

	memcpy(&last, fake.output, sizeof(last));
	for (n = 0; n < arg->count && arg->after + n < last; n++) {
		memset(&entry[n], 0, sizeof(entry[n]));
		entry[n].partition_id = arg->after + n + 1;
	}
	arg->count = n;
	return 0;
}

static int get_stats(struct hvpart_get_stats *arg)
{
	uint32_t n = arg->size < fake.output_size ? arg->size :
		fake.output_size;

	memcpy((void *)(uintptr_t)arg->stats_ptr, fake.output, n);
	arg->size = fake.output_size;
	return 0;
}

static int answer(unsigned long request, void *arg)
{
	switch (request) {
	case HVPART_GET_CAPS:
		memset(arg, 0, sizeof(struct hvpart_caps));
		((struct hvpart_caps *)arg)->abi_version = HVPART_ABI_VERSION;
		((struct hvpart_caps *)arg)->max_vps = 64;
		break;
	case HVPART_CREATE_PARTITION:
		return open("/dev/null", O_RDWR | O_CLOEXEC);
	case HVPART_CREATE_VP:
		return vp_fd();
	case HVPART_PORT_MSGQ:
		return queue_fd();
	case HVPART_ROOT_HVCALL:
		return hvcall(arg);
	case HVPART_GET_VP_STATE:
		return get_state(arg);
	case HVPART_LIST:
		return list(arg);
	case HVPART_GET_STATS:
		return get_stats(arg);
	default:
		break;
	}
	if (fake.output_size && (request & (_IOC_READ << _IOC_DIRSHIFT)) &&
	    _IOC_SIZE(request) <= fake.output_size)
		memcpy(arg, fake.output, _IOC_SIZE(request));
	return 0;
}

int __wrap_ioctl(int fd, unsigned long request, ...)
{
	struct fake_call *call = &fake_calls[fake_nr];
	size_t size = _IOC_SIZE(request);
	va_list args;
	void *arg;

	va_start(args, request);
	arg = va_arg(args, void *);
	va_end(args);
	if (fake_nr == FAKE_CALLS)
		abort();
	fake_nr++;
	memset(call, 0, sizeof(*call));
	call->fd = fd;
	call->request = request;
	/* The v2 structure shares v1's number and size. */
	if (request == HVPART_CREATE_PARTITION)
		size = sizeof(struct hvpart_create_partition_v2);
	if (arg && (_IOC_DIR(request) & _IOC_WRITE))
		memcpy(call->arg, arg, size < sizeof(call->arg) ?
		       size : sizeof(call->arg));
	if (request == HVPART_ROOT_HVCALL) {
		struct hvpart_root_hvcall *h = arg;

		memcpy(call->input, (void *)(uintptr_t)h->in_ptr, h->in_sz);
	}
	if (fake.fail_after && request == fake.fail_request &&
	    !--fake.fail_after) {
		errno = fake.fail_err;
		return -1;
	}
	return answer(request, arg);
}

struct part_dev *fake_device(void)
{
	struct part_dev *dev = NULL;

	fake_reset();
	if (part_open(&dev, "/dev/null"))
		abort();
	fake_nr = 0;
	return dev;
}

struct part *fake_partition(uint32_t vps)
{
	struct part_dev *dev = fake_device();
	struct part_config config;
	struct part *part = NULL;

	part_config_init(&config);
	config.nr_vps = vps;
	if (part_create(dev, &config, &part) || part_initialize(part))
		abort();
	part_close(dev);
	fake_nr = 0;
	return part;
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	test_error();
	test_device();
	test_partition();
	test_memory();
	test_discard();
	test_vp();
	test_regs();
	test_interrupt();
	test_port();
	test_connection();
	test_stats();
	test_announce();
	test_nl_open();
	test_nl_events();
	test_nl_dumps();
	test_vmbus_ring();
	test_vmbus_gpadl();
	test_vmbus_packet();
	test_vmbus_host();
	test_vmbus_channel();
	test_vmbus_traffic();
	printf("1..%d\n", tap_nr);
	return tap_failed ? 1 : 0;
}

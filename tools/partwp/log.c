// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "log.h"

#define GUEST_BURST	10

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const char *prefix = "partwp";
static char last_error[LOG_TEXT_MAX];

/* Token bucket of log_guest(), under the lock. */
static unsigned int tokens = GUEST_BURST, dropped;
static time_t refilled;

void log_set_name(const char *name)
{
	prefix = name;
}

/* One write per line, so that lines of two threads do not mix. */
static void print(const char *text, const char *tail)
{
	fprintf(stderr, "partwp %s: %s%s\n", prefix, text, tail);
}

void log_info(const char *fmt, ...)
{
	char text[LOG_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	print(text, "");
}

static void remember(const char *text, const char *tail)
{
	pthread_mutex_lock(&lock);
	snprintf(last_error, sizeof(last_error), "%s%s", text, tail);
	pthread_mutex_unlock(&lock);
	print(text, tail);
}

int log_error(const char *fmt, ...)
{
	char text[LOG_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	remember(text, "");
	return -EINVAL;
}

int log_errno(int err, const char *fmt, ...)
{
	char text[LOG_TEXT_MAX], tail[LOG_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	snprintf(tail, sizeof(tail), ": %s", strerror(err));
	remember(text, tail);
	return -err;
}

/* Returns how many lines were left out before this one, or -1: be silent. */
static int take_token(void)
{
	struct timespec now;
	int n = -1;

	clock_gettime(CLOCK_MONOTONIC, &now);
	pthread_mutex_lock(&lock);
	if (now.tv_sec > refilled) {
		time_t add = now.tv_sec - refilled;

		tokens = add > GUEST_BURST - tokens ? GUEST_BURST :
			 tokens + (unsigned int)add;
		refilled = now.tv_sec;
	}
	if (tokens) {
		tokens--;
		n = (int)dropped;
		dropped = 0;
	} else {
		dropped++;
	}
	pthread_mutex_unlock(&lock);
	return n;
}

void log_guest(const char *fmt, ...)
{
	char text[LOG_TEXT_MAX], tail[48] = "";
	va_list ap;
	int n = take_token();

	if (n < 0)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (n)
		snprintf(tail, sizeof(tail), " (and %d more lines)", n);
	print(text, tail);
}

void log_last_error(char text[LOG_TEXT_MAX])
{
	pthread_mutex_lock(&lock);
	memcpy(text, last_error, LOG_TEXT_MAX);
	pthread_mutex_unlock(&lock);
}

/* SPDX-License-Identifier: GPL-2.0 */
/* What the worker says, and how often a guest can make it say so. */
#ifndef PARTWP_LOG_H
#define PARTWP_LOG_H

#define LOG_TEXT_MAX	256

/* The name that starts every line; kept by reference. */
void log_set_name(const char *name);

void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * log_error - print, remember as the last error, and return -EINVAL
 *
 * "return log_error(...)" is how a check that failed reads.
 */
int log_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* As log_error, with the text of @err (positive errno); returns -@err. */
int log_errno(int err, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * log_guest - something that a guest can cause at will
 *
 * At most ten lines at once and one a second after that; what was left out is
 * counted in the next line that is printed.
 */
void log_guest(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Copies the last error, "" if there was none. */
void log_last_error(char text[LOG_TEXT_MAX]);

#endif

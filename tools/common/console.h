/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The worker's side of the console: raw bytes on @dir/console.sock, a UNIX
 * stream socket.
 *
 * Every client gets all output and first the last CONSOLE_RING bytes; what any
 * of them sends is input. A client that is slower than the guest loses the
 * oldest bytes, never the guest its time.
 */
#ifndef PART_CONSOLE_H
#define PART_CONSOLE_H

#include <stddef.h>

#define CONSOLE_RING		65536
#define CONSOLE_INPUT		4096
#define CONSOLE_CLIENTS		16

struct console_server;

/**
 * console_server_open() - listen
 * @server: the new object
 * @dir: the partition's directory
 *
 * Return: 0 or -errno.
 */
int console_server_open(struct console_server **server, const char *dir);

/**
 * console_server_fd() - what to poll
 * @server: from console_server_open()
 *
 * Return: an epoll descriptor; when it is readable, call
 * console_server_handle().
 */
int console_server_fd(const struct console_server *server);

/**
 * console_server_handle() - take connections and input; never blocks
 * @server: from console_server_open()
 *
 * From one thread only. System calls as control_server_handle().
 *
 * Return: bytes of input that wait for console_server_read().
 */
size_t console_server_handle(struct console_server *server);

/**
 * console_server_read() - take input
 * @server: from console_server_open()
 * @buf: where to
 * @len: as much as the guest's FIFO has room for
 *
 * From any thread. While CONSOLE_INPUT bytes wait, clients are not read.
 *
 * Return: bytes taken.
 */
size_t console_server_read(struct console_server *server, void *buf,
			   size_t len);

/**
 * console_server_write() - output of the guest; never blocks
 * @server: from console_server_open()
 * @buf: bytes
 * @len: how many
 *
 * From any thread.
 */
void console_server_write(struct console_server *server, const void *buf,
			  size_t len);

/**
 * console_server_close() - disconnect everybody
 * @server: from console_server_open(); NULL is allowed
 *
 * What could not be sent yet is waited for, at most for a second a client.
 */
void console_server_close(struct console_server *server);

#endif /* PART_CONSOLE_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a worker gives up before it reads a kernel or runs a guest: all
 * capabilities, new privileges, and all system calls but a short list. It keeps
 * the files that are open, new connections to its sockets, memory and threads.
 */
#ifndef PARTWP_SANDBOX_H
#define PARTWP_SANDBOX_H

/* Closes every descriptor from 3 on but @keep (or -1). */
void sandbox_close_files(int keep);

/* No capabilities and no way to get any. Zero or a negative errno. */
int sandbox_drop_capabilities(void);

/* That, and the list of system calls. Irrevocable. Zero or a negative errno. */
int sandbox_enter(void);

#endif

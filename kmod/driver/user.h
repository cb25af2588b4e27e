/* SPDX-License-Identifier: GPL-2.0 */
/* Messages to user space. */
#ifndef HVP_USER_H
#define HVP_USER_H

#include <linux/minmax.h>
#include <linux/uaccess.h>
#include <hvpart/message.h>

#define HVP_MESSAGE_WORDS	(sizeof(struct hv_message) / sizeof(u64))
/* At a time. */
#define HVP_MESSAGE_STEP	4U

/**
 * hvp_message_to_user - copy the first bytes of a message, and its last word
 * @to: room for a whole one; need not be aligned
 * @msg: nobody else writes it
 * @size: bytes that mean something, rounded up to 32; more than a message has
 *	counts as all of it
 *
 * The last word goes along to prove that user space has all of the room. By
 * words, since this is the hot path, and most messages are short.
 *
 * Return: 0, -EFAULT.
 */
static inline int hvp_message_to_user(void __user *to,
				      const struct hv_message *msg,
				      unsigned int size)
{
	const u64 *from = (const u64 *)msg;
	u64 __user *word = to, *end;

	BUILD_BUG_ON(HVP_MESSAGE_WORDS % HVP_MESSAGE_STEP);
	size = min_t(unsigned int, size, sizeof(*msg));
	if (!user_access_begin(word, sizeof(*msg)))
		return -EFAULT;
	unsafe_put_user(from[HVP_MESSAGE_WORDS - 1],
			word + HVP_MESSAGE_WORDS - 1, fault);
	end = word + DIV_ROUND_UP(size, sizeof(u64));
	while (word < end) {
		unsafe_put_user(from[0], word, fault);
		unsafe_put_user(from[1], word + 1, fault);
		unsafe_put_user(from[2], word + 2, fault);
		unsafe_put_user(from[3], word + 3, fault);
		from += HVP_MESSAGE_STEP;
		word += HVP_MESSAGE_STEP;
	}
	user_access_end();
	return 0;

fault:
	user_access_end();
	return -EFAULT;
}

#endif

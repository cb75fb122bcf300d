/*
 * Private to io/: up to ASY_URING requests to the kernel in one call, by io_uring.  Where calls are dear it halves their
 * cost, and on a cold disk the requests wait together instead of one behind the other.  A ring belongs to the thread that
 * made it.
 */
#ifndef ASY_IO_URING_H
#define ASY_IO_URING_H

#include <linux/io_uring.h>
#include <stdbool.h>
#include <stddef.h>

enum { ASY_URING = 16 };

struct asy_uring;

/* NULL where the kernel is older than 6.1 or does not let this process have one. */
struct asy_uring *asy_uring_new(void);
void asy_uring_free(struct asy_uring *);

/*
 * Carries out `n` requests, in any order, and waits for all; `results[i]` is what request i returned, or a negative errno.
 * `user_data` is overwritten.  False when the ring is of no more use; results are set all the same.
 */
bool asy_uring_run(struct asy_uring *, struct io_uring_sqe *requests, size_t n, int *results);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Address spaces with a lower half of their own, and code for ring 3 in them. The kernel reaches
 * user pages through the direct map: SMAP stays as it is.
 */
#ifndef PAYLOAD_USER_H
#define PAYLOAD_USER_H

#include <keel/layout.h>
#include "excursion.h"

/*
 * Three pages. Code and stack where 32-bit code reaches them, data at the very end of user space.
 */
#define USER_CODE_VIRT	KEEL_SIZE_2M
#define USER_STACK_VIRT (2 * KEEL_SIZE_2M)
#define USER_DATA_VIRT	(KEEL_USER_LAST + 1 - KEEL_PAGE_SIZE)

struct user_space {
	uint64_t root_phys;
	uint64_t code_phys, stack_phys, data_phys;
};

void user_create(struct user_space *u);
/* Gives all of its pages back. */
void user_destroy(struct user_space *u);

/* user_code.S: what is copied to every code page. Each piece ends with INT VECTOR_BACK. */
extern const char user_code[], user_code_end[];
extern const char user_read[], user_write[], user_exchange[], user_call[];
extern const char user_halt[], user_undefined[], user_stack16[];

/* 64-bit code of ring 3 from this label of user_code.S on, other registers zero. */
void user_state(struct excursion *e, const char *label);

/* The excursion in this address space, and back in the kernel root. */
void user_excursion(const struct user_space *u, struct excursion *e);

/* Where the kernel reaches `bytes` of user data or stack; NULL for any other address. */
void *user_memory(const struct user_space *u, uint64_t virt, uint64_t bytes);

/* For the open point: which exception it was, its error code, and CR2 if it was a page fault. */
void expect_arrival(const struct excursion *e, uint64_t vector, uint64_t error, uint64_t cr2);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* The registers as the kernel's first instruction found them; entry.S fills this in. */
#ifndef PAYLOAD_ENTRY_H
#define PAYLOAD_ENTRY_H

#include <stdint.h>

/* entry.S knows these offsets. */
struct entry_state {
	uint64_t rax, rbx, rcx, rdx, rsi, rdi, rbp, rsp;
	uint64_t r8, r9, r10, r11, r12, r13, r14, r15;
	uint64_t rip, rflags;
	uint64_t cs, ss, ds, es;
};

_Static_assert(__builtin_offsetof(struct entry_state, rip) == 128, "as in entry.S");
_Static_assert(__builtin_offsetof(struct entry_state, es) == 168, "as in entry.S");

extern struct entry_state entry_state;

/* Where the kernel was linked to begin, and its segments: kernel.lds.S. */
extern const char kernel_entry[];
extern const char text_start[], text_end[];
extern const char rodata_start[], rodata_end[];
extern const char data_start[], data_end[];

#endif

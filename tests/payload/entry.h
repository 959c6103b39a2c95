/* SPDX-License-Identifier: BSD-2-Clause */
/* What the kernel's first instructions found; entry.S fills this in. */
#ifndef PAYLOAD_ENTRY_H
#define PAYLOAD_ENTRY_H

/* Offsets in struct entry_state, for entry.S. */
#define ENTRY_RAX	     0
#define ENTRY_RBX	     8
#define ENTRY_RCX	     16
#define ENTRY_RDX	     24
#define ENTRY_RSI	     32
#define ENTRY_RDI	     40
#define ENTRY_RBP	     48
#define ENTRY_RSP	     56
#define ENTRY_R8	     64
#define ENTRY_R9	     72
#define ENTRY_R10	     80
#define ENTRY_R11	     88
#define ENTRY_R12	     96
#define ENTRY_R13	     104
#define ENTRY_R14	     112
#define ENTRY_R15	     120
#define ENTRY_RIP	     128
#define ENTRY_RFLAGS	     136
#define ENTRY_CS	     144
#define ENTRY_SS	     152
#define ENTRY_DS	     160
#define ENTRY_ES	     168
#define ENTRY_FS	     176
#define ENTRY_GS	     184
#define ENTRY_CR0	     192
#define ENTRY_CR3	     200
#define ENTRY_CR4	     208
#define ENTRY_CR8	     216
#define ENTRY_DR7	     224
#define ENTRY_EFER	     232
#define ENTRY_PAT	     240
#define ENTRY_FS_BASE	     248
#define ENTRY_GS_BASE	     256
#define ENTRY_KERNEL_GS_BASE 264
#define ENTRY_STACK_USED     272
#define ENTRY_BSS_USED	     280
#define ENTRY_SCRATCH	     288
#define ENTRY_LDTR	     296
#define ENTRY_TR	     298
#define ENTRY_GDTR	     300
#define ENTRY_IDTR	     310
#define ENTRY_FXSAVE	     320
#define ENTRY_BYTES	     832

#ifndef __ASSEMBLER__

#include <stddef.h>
#include <stdint.h>
#include "cpu.h"

/* SDM vol. 1, table 10-2: the begin of what FXSAVE writes. */
struct __attribute__((packed)) fxsave {
	uint16_t fcw, fsw;
	uint8_t ftw; /* a bit for each register that is not empty */
	uint8_t reserved;
	uint16_t fop;
	uint64_t fip, fdp;
	uint32_t mxcsr;
	uint8_t rest[484];
};

struct entry_state {
	uint64_t rax, rbx, rcx, rdx, rsi, rdi, rbp, rsp;
	uint64_t r8, r9, r10, r11, r12, r13, r14, r15;
	uint64_t rip, rflags;
	uint64_t cs, ss, ds, es, fs, gs;
	uint64_t cr0, cr3, cr4, cr8, dr7;
	uint64_t efer, pat, fs_base, gs_base, kernel_gs_base;
	/* Address of the first word of CPU 0's stack, and of .bss, that is not zero; 0 for none. */
	uint64_t stack_used, bss_used;
	uint64_t scratch;
	uint16_t ldtr, tr;
	struct table_register gdtr, idtr;
	struct fxsave fxsave;
};

_Static_assert(offsetof(struct entry_state, r15) == ENTRY_R15, "as above");
_Static_assert(offsetof(struct entry_state, gs) == ENTRY_GS, "as above");
_Static_assert(offsetof(struct entry_state, dr7) == ENTRY_DR7, "as above");
_Static_assert(offsetof(struct entry_state, kernel_gs_base) == ENTRY_KERNEL_GS_BASE, "as above");
_Static_assert(offsetof(struct entry_state, scratch) == ENTRY_SCRATCH, "as above");
_Static_assert(offsetof(struct entry_state, tr) == ENTRY_TR, "as above");
_Static_assert(offsetof(struct entry_state, gdtr) == ENTRY_GDTR, "as above");
_Static_assert(offsetof(struct entry_state, idtr) == ENTRY_IDTR, "as above");
_Static_assert(offsetof(struct entry_state, fxsave) == ENTRY_FXSAVE, "as above");
_Static_assert(sizeof(struct entry_state) == ENTRY_BYTES, "as above");
_Static_assert(ENTRY_FXSAVE % 16 == 0, "FXSAVE, SDM vol. 2");

extern struct entry_state entry_state;

/* Where the kernel was linked to begin, and its segments: kernel.lds.S. */
extern const char kernel_entry[];
extern const char text_start[], text_end[];
extern const char rodata_start[], rodata_end[];
extern const char data_start[], data_end[];
/* What the file holds ends here, with the checksum of all before it. */
extern const uint64_t file_checksum;

#endif
#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Where another CPU ends up: in the kernel root, waiting for the kernel. */
#ifndef EFI_HANDOVER_WAITING_H
#define EFI_HANDOVER_WAITING_H

/* Offsets in struct waiter, for waiting.S. */
#define WAITER_KERNEL_ROOT  0
#define WAITER_PAGE	    8
#define WAITER_MAILBOX	    16
#define WAITER_NUMBER	    24
#define WAITER_STACK	    32
#define WAITER_GDT_WRITABLE 40
#define WAITER_GDT	    50
#define WAITER_IDT	    60

/* Offsets and values of struct keel_mailbox, likewise. */
#define MAILBOX_ENTRY	 0
#define MAILBOX_ARGUMENT 8
#define MAILBOX_STATE	 16
#define MAILBOX_WAITING	 1
#define MAILBOX_RUNNING	 2

#ifndef __ASSEMBLER__

#include <keel/boot_info.h>
#include "handover/switch.h"

/* Everything that a CPU needs on its way to the waiting page. */
struct waiter {
	uint64_t kernel_root;
	uint64_t page_virt;
	uint64_t mailbox_virt;
	uint64_t number;
	uint64_t stack; /* RSP when it is started */
	struct table_register gdt_writable;
	struct table_register gdt;
	struct table_register idt;
};

_Static_assert(offsetof(struct waiter, gdt_writable) == WAITER_GDT_WRITABLE, "as in waiting.S");
_Static_assert(offsetof(struct waiter, idt) == WAITER_IDT, "likewise");
_Static_assert(offsetof(struct keel_mailbox, argument) == MAILBOX_ARGUMENT, "likewise");
_Static_assert(offsetof(struct keel_mailbox, state) == MAILBOX_STATE, "likewise");
_Static_assert(KEEL_CPU_WAITING == MAILBOX_WAITING, "likewise");
_Static_assert(KEEL_CPU_RUNNING == MAILBOX_RUNNING, "likewise");

/*
 * Leaves for the waiting page. Runs on the transition tables, interrupts off. *waiter lies on a
 * stack of the kernel half.
 */
_Noreturn void wait_for_kernel(const struct waiter *waiter);

/* What the waiting page holds. */
extern const uint8_t waiting_code[] __attribute__((visibility("hidden")));
extern const uint8_t waiting_code_end[] __attribute__((visibility("hidden")));

#endif
#endif

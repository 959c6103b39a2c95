/* SPDX-License-Identifier: BSD-2-Clause */
/* What another CPU does between real mode and the waiting page: it becomes like CPU 0. */
#ifndef EFI_HANDOVER_ARRIVAL_H
#define EFI_HANDOVER_ARRIVAL_H

#include "handover/mtrrs.h"
#include "space/space.h"

/* CPU 0 as it is, and where everything lies. One for all CPUs, who only read it. */
struct arrival {
	uint64_t cr0, cr4, efer, pat; /* as CPU 0 enters the kernel */
	uint64_t firmware_pat;	      /* on CPU 0, before Keel wrote it */
	struct mtrrs mtrrs;
	bool x2apic;
	uint64_t kernel_root_phys;
	const struct keel_cpu *cpus;
	uint64_t cpu_count;
	struct keel_mailbox *mailboxes; /* physical */
};

extern struct arrival arrival __attribute__((visibility("hidden")));

/* For start_page.S: on some stack that no other CPU uses meanwhile. */
_Noreturn void arrive(void);

#endif

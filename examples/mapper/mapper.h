/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of this kernel share. */
#ifndef MAPPER_H
#define MAPPER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "mm.h"

extern const struct keel_boot_info *boot;

/* report.c: TAP on the first serial port. Text with %s, and %u and %x for 64-bit numbers. */
void report_begin(void);
void report_point(bool good, const char *format, ...);
void report_end(void);
_Noreturn void bail_out(const char *format, ...);

/* pages.c: free memory. Both addresses lead to the same bytes. */
struct pages {
	uint64_t phys;
	void *virt; /* in the direct map */
};

struct pages pages_take(uint64_t count, uint64_t alignment);

/* fault.c: does it fault? The error code of #PF (SDM vol. 3A 4.7), or NO_FAULT. */
#define FAULT_PRESENT UINT64_C(0x1)
#define FAULT_WRITE   UINT64_C(0x2)
#define FAULT_FETCH   UINT64_C(0x10)
#define NO_FAULT      (~UINT64_C(0))

void fault_init(void);
uint64_t fault_of_read(uint64_t virt);
uint64_t fault_of_write(uint64_t virt); /* leaves what is there as it is */
uint64_t fault_of_fetch(uint64_t virt);

/* space.c: an address space, made of a plan. */
struct space {
	struct mm_machine machine;
	struct mm_plan plan;
	struct keel_mapping *work;
	struct mm_pool pool;
	uint64_t root_phys; /* for CR3 */
};

void space_begin(struct space *space);
/* Both return what mm/ says; nothing is mapped before space_build has succeeded. */
struct mm_result space_add(struct space *space, uint64_t virt, uint64_t phys, uint64_t bytes,
			   enum keel_rights rights);
struct mm_result space_build(struct space *space);

static inline void load_root(uint64_t root_phys)
{
	__asm__ volatile("mov %0, %%cr3" : : "r"(root_phys) : "memory");
}

#endif

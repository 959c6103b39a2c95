/* SPDX-License-Identifier: BSD-2-Clause */
/* Stacks for runtime services; see service_stack.h. */
#include <keel/layout.h>
#include "audit/finding.h"
#include "audit/service_stack.h"
#include "fault.h"
#include "pages.h"
#include "paging.h"

#define PATTERN KEEL_U64(0x4b65656c20737461)
/* UEFI 2.10, 2.3.4: what a runtime service may count on. */
#define PROMISED_BYTES 4096

/* The first IST entry that nobody uses; where the TSS has them: SDM vol. 3A figure 8-11. */
#define IST_PAGE_FAULT (KEEL_IST_MCE + 1)
#define TSS_IST(n)     (36 + 8 * ((n)-1))

/* service_call.S */
uint64_t service_stack_top;

static uint64_t most_bytes, used_bytes = KEEL_STACK_BYTES;

static uint64_t *stack_bottom(void)
{
	return (uint64_t *)(service_stack_top - KEEL_STACK_BYTES);
}

static void map_stack(void)
{
	service_stack_top = KEEL_STACKS_START + (boot->cpu_count + 2) * KEEL_STACK_SLOT_BYTES;
	for (uint64_t at = service_stack_top - KEEL_STACK_BYTES; at < service_stack_top;
	     at += KEEL_PAGE_SIZE)
		map_page(boot->kernel_root_phys, at, page_take(),
			 KEEL_PTE_RW | KEEL_PTE_NX | KEEL_PTE_G);
}

/* One CPU at a time makes a call; but a page fault finds the stack's address in its own TSS. */
void service_stack_init(void)
{
	static uint8_t page_fault_stack[16384] __attribute__((aligned(16)));
	const uint64_t end = (uint64_t)page_fault_stack + sizeof(page_fault_stack);

	map_stack();
	for (uint64_t cpu = 0; cpu < boot->cpu_count; cpu++)
		__builtin_memcpy((char *)page_virt(boot->cpus[cpu].tss_phys) +
					 TSS_IST(IST_PAGE_FAULT),
				 &end, sizeof(end));
	fault_set_stack(VECTOR_PF, IST_PAGE_FAULT);
}

/* What the last call left alone is as it was. */
void service_stack_fill(void)
{
	uint64_t *word = (uint64_t *)service_stack_top;

	for (uint64_t n = used_bytes / sizeof(*word); n; n--)
		*--word = PATTERN;
}

void service_stack_judge(const char *caller, bool came_back)
{
	const uint64_t *word = stack_bottom();

	while (word < (uint64_t *)service_stack_top && *word == PATTERN)
		word++;
	used_bytes = service_stack_top - (uint64_t)word;
	if (came_back && used_bytes > most_bytes)
		most_bytes = used_bytes;
	if (came_back && used_bytes > PROMISED_BYTES)
		finding(KEEL_FINDING_STACK_DEEP, "%s: %lu bytes", caller, used_bytes);
}

uint64_t service_stack_most(void)
{
	return most_bytes;
}

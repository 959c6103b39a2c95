/* SPDX-License-Identifier: BSD-2-Clause */
/* Address spaces with code for ring 3; see user.h. */
#include <stddef.h>
#include "cpu.h"
#include "pages.h"
#include "paging.h"
#include "report.h"
#include "user.h"

static uint64_t add_page(const struct user_space *u, uint64_t virt, uint64_t bits)
{
	const uint64_t phys = page_take();

	map_page(u->root_phys, virt, phys, bits | KEEL_PTE_US);
	return phys;
}

void user_create(struct user_space *u)
{
	u->root_phys = root_create();
	u->code_phys = add_page(u, USER_CODE_VIRT, 0);
	u->stack_phys = add_page(u, USER_STACK_VIRT, KEEL_PTE_RW | KEEL_PTE_NX);
	u->data_phys = add_page(u, USER_DATA_VIRT, KEEL_PTE_RW | KEEL_PTE_NX);
	__builtin_memcpy(page_virt(u->code_phys), user_code, (size_t)(user_code_end - user_code));
}

void user_destroy(struct user_space *u)
{
	static const uint64_t pages[] = { USER_CODE_VIRT, USER_STACK_VIRT, USER_DATA_VIRT };

	for (unsigned n = 0; n < sizeof(pages) / sizeof(pages[0]); n++)
		page_give(unmap_page(u->root_phys, pages[n]) & KEEL_PTE_ADDRESS);
	page_give(u->root_phys);
}

void user_state(struct excursion *e, const char *label)
{
	*e = (struct excursion){ .state = { .rip = USER_CODE_VIRT + (uint64_t)(label - user_code),
					    .cs = KEEL_USER_CS,
					    .rflags = RFLAGS_1,
					    .rsp = USER_STACK_VIRT + KEEL_PAGE_SIZE,
					    .ss = KEEL_USER_DS } };
}

void user_excursion(const struct user_space *u, struct excursion *e)
{
	write_cr3(u->root_phys);
	excursion(e);
	write_cr3(boot->kernel_root_phys);
}

void *user_memory(const struct user_space *u, uint64_t virt, uint64_t bytes)
{
	const uint64_t offset = virt % KEEL_PAGE_SIZE;

	if (offset + bytes > KEEL_PAGE_SIZE)
		return NULL;
	if (virt - offset == USER_STACK_VIRT)
		return (char *)page_virt(u->stack_phys) + offset;
	if (virt - offset == USER_DATA_VIRT)
		return (char *)page_virt(u->data_phys) + offset;
	return NULL;
}

void expect_arrival(const struct excursion *e, uint64_t vector, uint64_t error, uint64_t cr2)
{
	expect("vector", e->state.rip, vector, e->state.vector);
	expect("error code", e->state.rip, error, e->state.error);
	if (vector == VECTOR_PF)
		expect("CR2", e->state.rip, cr2, e->cr2);
}

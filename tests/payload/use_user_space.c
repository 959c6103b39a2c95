/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * User space, put to its use: two address spaces that share the kernel half, with ring 3 code in
 * both, which reaches its own pages and nothing of the kernel's.
 */
#include "checks.h"
#include "cpu.h"
#include "found.h"
#include "pages.h"
#include "paging.h"
#include "report.h"
#include "user.h"
#include "walk.h"

#define SPACES	   2
#define CONTENT(n) (KEEL_BOOT_INFO_MAGIC + (n))

static struct user_space spaces[SPACES];

static uint64_t *data_of(unsigned n)
{
	return page_virt(spaces[n].data_phys);
}

static void use_own_pages(void)
{
	point_begin("user space: ring 3 reads and writes %016lx, another page in each of two "
		    "address spaces",
		    USER_DATA_VIRT);
	for (unsigned n = 0; n < SPACES; n++)
		*data_of(n) = CONTENT(n);
	for (unsigned n = 0; n < SPACES; n++) {
		struct excursion e;

		user_state(&e, user_exchange);
		e.state.rdi = USER_DATA_VIRT;
		e.state.rsi = ~CONTENT(n);
		user_excursion(&spaces[n], &e);
		expect_arrival(&e, VECTOR_BACK, 0, 0);
		expect("ring of the code", e.state.rip, KEEL_USER_CS, e.state.cs);
		expect("what it read", USER_DATA_VIRT, CONTENT(n), e.state.rax);
	}
	for (unsigned n = 0; n < SPACES; n++)
		expect("what it wrote", USER_DATA_VIRT, ~CONTENT(n), *data_of(n));
	point_end();
}

static void expect_user_fault(const char *label, uint64_t virt, uint64_t error)
{
	struct excursion e;

	user_state(&e, label);
	e.state.rdi = virt;
	user_excursion(&spaces[0], &e);
	expect_arrival(&e, VECTOR_PF, error, virt);
}

/* TF: should the fetch succeed, it ends after one instruction. */
static void expect_user_fetch_fault(uint64_t virt, uint64_t error)
{
	struct excursion e;

	user_state(&e, user_read);
	e.state.rip = virt;
	e.state.rflags |= RFLAGS_TF;
	user_excursion(&spaces[0], &e);
	expect_arrival(&e, VECTOR_PF, error, virt);
}

/* Ring 3 has no access to its own pages either that their entries do not give. */
static void use_rights(void)
{
	point_begin("user space: ring 3 cannot write its code at %016lx (#PF 0x7) nor run its data "
		    "(#PF 0x15)",
		    USER_CODE_VIRT);
	expect_user_fault(user_write, USER_CODE_VIRT, PF_USER | PF_PRESENT | PF_WRITE);
	expect_user_fetch_fault(USER_DATA_VIRT, PF_USER | PF_PRESENT | PF_FETCH);
	point_end();
}

static void use_kernel_region(enum keel_region id)
{
	const struct found_row *row = &found_rows[id];
	const bool found = row->first_run < row->end_run;
	const uint64_t virt = found ? found_runs[row->first_run].virt : keel_layout[id].start;
	/* The %esp fixup stacks are no runs. */
	const bool mapped =
		found || walk_lookup(boot->kernel_root_phys, virt, KEEL_LEVEL_PT) & KEEL_PTE_P;
	const uint64_t error = PF_USER | (mapped ? PF_PRESENT : 0);

	point_begin("user space: ring 3 reads, writes, fetches %016lx, %s: #PF 0x%lx, 0x%lx, 0x%lx",
		    virt, keel_layout[id].name, error, error | PF_WRITE, error | PF_FETCH);
	expect_user_fault(user_read, virt, error);
	expect_user_fault(user_write, virt, error | PF_WRITE);
	expect_user_fetch_fault(virt, error | PF_FETCH);
	point_end();
}

/* The vsyscall page is not the kernel's: see use_vsyscall.c. */
static void use_kernel_regions(void)
{
	for (unsigned id = 0; id < KEEL_REGION_COUNT; id++)
		if (keel_layout[id].kind == KEEL_ROW_REGION && id != KEEL_REGION_VSYSCALL)
			use_kernel_region(id);
}

/* Shared PML4 entries: what is mapped later in the kernel half is everywhere at once. */
static void use_shared_half(const char *where, uint64_t virt)
{
	const uint64_t phys = page_take();

	point_begin("user space: a page mapped later at %016lx, %s, is there in both address "
		    "spaces",
		    virt, where);
	map_page(boot->kernel_root_phys, virt, phys, KEEL_PTE_RW | KEEL_PTE_NX | KEEL_PTE_G);
	for (unsigned n = 0; n < SPACES; n++) {
		struct fault fault;

		*(uint64_t *)page_virt(phys) = CONTENT(n);
		write_cr3(spaces[n].root_phys);
		fault = probe(PROBE_READ, virt);
		expect("vector", virt, PROBE_NO_FAULT, fault.vector);
		if (fault.vector == PROBE_NO_FAULT)
			expect("content", virt, CONTENT(n), *(volatile uint64_t *)virt);
		write_cr3(boot->kernel_root_phys);
	}
	expect_user_fault(user_read, virt, PF_USER | PF_PRESENT);
	page_give(unmap_page(boot->kernel_root_phys, virt) & KEEL_PTE_ADDRESS);
	expect("vector when it is unmapped", virt, VECTOR_PF, probe(PROBE_READ, virt).vector);
	point_end();
}

static void use_empty_half(void)
{
	static const uint64_t pages[] = { USER_CODE_VIRT, USER_STACK_VIRT, USER_DATA_VIRT };

	point_begin("user space: back in the kernel root the lower half is empty, a read of "
		    "%016lx faults: #PF 0x0",
		    USER_DATA_VIRT);
	expect("CR3", 0, boot->kernel_root_phys, read_cr3());
	for (unsigned n = 0; n < WALK_ENTRIES / 2; n++)
		expect("PML4 entry", n, 0, walk_table(boot->kernel_root_phys)[n]);
	for (unsigned n = 0; n < sizeof(pages) / sizeof(pages[0]); n++) {
		struct fault fault = probe(PROBE_READ, pages[n]);

		expect("vector", pages[n], VECTOR_PF, fault.vector);
		expect("error code", pages[n], 0, fault.error);
	}
	point_end();
}

void use_user_space(void)
{
	for (unsigned n = 0; n < SPACES; n++)
		user_create(&spaces[n]);
	use_own_pages();
	use_rights();
	use_kernel_regions();
	use_shared_half("modules", KEEL_MODULES_LAST + 1 - KEEL_PAGE_SIZE);
	use_shared_half("kernel stacks", KEEL_STACKS_LAST + 1 - KEEL_PAGE_SIZE);
	for (unsigned n = 0; n < SPACES; n++)
		user_destroy(&spaces[n]);
	use_empty_half();
}

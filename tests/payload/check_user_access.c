/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel and user pages: SMEP forbids to execute them, SMAP forbids to read and write them
 * unless RFLAGS.AC says that it is meant (SDM vol. 3A 4.6.1). The page is in a root of its own, as
 * that of a process would be.
 */
#include "checks.h"
#include "cpu.h"
#include "pages.h"
#include "paging.h"
#include "probing.h"
#include "report.h"

#define OPCODE_RET 0xc3
/* Anywhere in user space. */
#define USER_VIRT (KEEL_USER_START + KEEL_SIZE_1G)

static void load_root(uint64_t phys)
{
	asm volatile("mov %0, %%cr3" : : "r"(phys) : "memory");
}

static void check_smep(void)
{
	point_begin("SMEP: fetch from user page %016lx: #PF error 0x11", USER_VIRT);
	if (read_cr4() & CR4_SMEP) {
		expect_access(PROBE_FETCH, USER_VIRT, OUTCOME_PF(PF_PRESENT | PF_FETCH));
		point_end();
	} else {
		point_skip("the CPU does not have it");
	}
}

static void check_smap(void)
{
	point_begin("SMAP: access to user page %016lx: #PF error 0x1 and 0x3 unless AC is set",
		    USER_VIRT);
	if (!(read_cr4() & CR4_SMAP)) {
		point_skip("the CPU does not have it");
		return;
	}
	expect_access(PROBE_READ, USER_VIRT, OUTCOME_PF(PF_PRESENT));
	expect_access(PROBE_WRITE, USER_VIRT, OUTCOME_PF(PF_PRESENT | PF_WRITE));
	asm volatile("stac" : : : "memory");
	expect_access(PROBE_READ, USER_VIRT, OUTCOME_ALLOWED);
	expect_access(PROBE_WRITE, USER_VIRT, OUTCOME_ALLOWED);
	asm volatile("clac" : : : "memory");
	point_end();
}

void check_user_access(void)
{
	const uint64_t root = root_create(), page = page_take();

	*(uint8_t *)page_virt(page) = OPCODE_RET;
	map_page(root, USER_VIRT, page, KEEL_PTE_RW | KEEL_PTE_US);
	load_root(root);
	check_smep();
	check_smap();
	load_root(boot->kernel_root_phys);
	unmap_page(root, USER_VIRT);
	page_give(page);
	page_give(root);

	/* It was never global. */
	point_begin("user space: the page of another root is gone with that root");
	expect_absent(USER_VIRT);
	point_end();
}

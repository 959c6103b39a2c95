/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a CPU's registers are when the kernel is entered. Base revision 5 says all of them; before
 * it, what Keel has turned on and Limine does not speak of is turned off where it would get in the
 * way: SMEP, SMAP, UMIP, and PGE, because leaves of Keel's are global, and would survive in the
 * TLB when the kernel loads page tables of its own.
 */
#include "adapter.h"

#define CR0_STRICT  UINT64_C(0x80010011) /* PG, WP, ET, PE */
#define CR4_STRICT  UINT64_C(0x20)	 /* PAE */
#define CR4_OFF	    UINT64_C(0x300880)	 /* SMAP, SMEP, UMIP, PGE */
#define EFER_STRICT UINT64_C(0xd00)	 /* NXE, LMA, LME */
#define ALL	    UINT64_MAX

/* WB, WT, UC-, UC, WP, WC, UC-, UC: index 0 in the low byte. */
#define LIMINE_PAT UINT64_C(0x0007010500070406)

/* Null, 16-bit code and data, 32-bit code and data, 64-bit code (selector 28) and data (30). */
static const uint64_t gdt[] = {
	0,
	UINT64_C(0x00009b000000ffff),
	UINT64_C(0x000093000000ffff),
	UINT64_C(0x00cf9b000000ffff),
	UINT64_C(0x00cf93000000ffff),
	UINT64_C(0x00af9b000000ffff),
	UINT64_C(0x00cf93000000ffff),
};

struct state entry_state;

void prepare_state(const struct guest *guest)
{
	const int strict = guest->revision >= 5;
	uint64_t *copy = take(sizeof(gdt));

	for (unsigned n = 0; n < sizeof(gdt) / sizeof(*gdt); n++)
		copy[n] = gdt[n];
	entry_state.gdt_limit = sizeof(gdt) - 1;
	entry_state.gdt_virt = (uint64_t)copy;
	entry_state.pat = LIMINE_PAT;
	entry_state.cr0_keep = strict ? CR0_STRICT : ALL;
	entry_state.cr4_keep = strict ? CR4_STRICT : ~CR4_OFF;
	entry_state.efer_keep = strict ? EFER_STRICT : ALL;
	entry_state.entry_virt = guest->entry_virt;
}

enum { SPURIOUS_REGISTER = 0xf0, SPURIOUS_MSR = 0x80f, SPURIOUS = 0x1ff };

/* Software-enabled, spurious vector ff. That its entries are masked, Keel has seen to. */
void prepare_local_apic(const struct guest *guest)
{
	if (guest->revision < 5 || !guest->info->local_apic_phys)
		return;
	if (guest->info->flags & KEEL_FLAG_X2APIC)
		__asm__ volatile("wrmsr" : : "c"(SPURIOUS_MSR), "a"(SPURIOUS), "d"(0));
	else
		*(volatile uint32_t *)(KEEL_FIXMAP_SLOT(KEEL_FIXMAP_LOCAL_APIC) +
				       SPURIOUS_REGISTER) = SPURIOUS;
}

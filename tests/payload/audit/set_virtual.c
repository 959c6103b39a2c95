/* SPDX-License-Identifier: BSD-2-Clause */
/* What SetVirtualAddressMap used; see set_virtual.h. */
#include "audit/finding.h"
#include "audit/set_virtual.h"
#include "firmware.h"
#include "report.h"
#include "walk.h"

#define NEW_LEAVES_KEPT 8

static unsigned used_leaves, undecided_leaves, new_leaves;
static struct walk_entry new_leaf[NEW_LEAVES_KEPT];

/* Keel itself runs on this root, before the call and after it. */
static bool is_of_loaders(uint64_t phys, const struct firmware_span *span)
{
	return span->type == KEEL_MEMORY_TYPE_LOADER_CODE ||
	       span->type == KEEL_MEMORY_TYPE_LOADER_DATA ||
	       boot->ap_start_phys - phys < span->end - phys;
}

static enum keel_finding finding_for(uint64_t phys, uint32_t type)
{
	if (phys < KEEL_PAGE_SIZE)
		return KEEL_FINDING_SVAM_PAGE_ZERO;
	if (type == KEEL_MEMORY_TYPE_BOOT_SERVICES_CODE ||
	    type == KEEL_MEMORY_TYPE_BOOT_SERVICES_DATA)
		return KEEL_FINDING_SVAM_BOOT_SERVICES;
	return KEEL_FINDING_SVAM_OTHER_MEMORY;
}

static const char *use_of(const struct walk_entry *leaf)
{
	return leaf->entry & KEEL_PTE_D ? "written to" : "read or executed";
}

/* A large leaf may hold memory of several kinds: then it is not known which of them was used. */
static void judge_leaf(const struct walk_entry *leaf)
{
	const uint64_t phys = walk_phys(leaf->entry, leaf->level);
	const uint64_t end = phys + walk_level_bytes(leaf->level);
	struct firmware_span span = firmware_span(phys);
	const uint32_t type = span.type;

	for (uint64_t at = phys; at < end; at = span.end) {
		span = firmware_span(at);
		if (firmware_means_runtime(span.type, span.attribute))
			return;
		if (is_of_loaders(at, &span)) {
			undecided_leaves++;
			return;
		}
	}
	used_leaves++;
	finding(finding_for(phys, type), "%lx to %lx (type %u), %s", phys, end - 1, type,
		use_of(leaf));
}

static bool is_lower_half(const struct walk_entry *table)
{
	return table->virt <= KEEL_USER_LAST;
}

static void note_leaf(const struct walk_entry *leaf)
{
	if (leaf->entry & KEEL_PTE_A)
		judge_leaf(leaf);
}

static bool is_efi_region(const struct walk_entry *table)
{
	return table->virt <= KEEL_EFI_LAST &&
	       table->virt + (walk_level_bytes(table->level) - 1) >= KEEL_EFI_START;
}

static void keep_leaf(const struct walk_entry *leaf)
{
	if (leaf->virt < KEEL_EFI_START || leaf->virt > KEEL_EFI_LAST ||
	    !(leaf->entry & KEEL_PTE_A))
		return;
	if (new_leaves < NEW_LEAVES_KEPT)
		new_leaf[new_leaves] = *leaf;
	new_leaves++;
}

static void pass_over(const struct walk_entry *entry)
{
	(void)entry;
}

void note_new_addresses(void)
{
	static const struct walk_visitor visitor = { is_efi_region, keep_leaf, pass_over };

	walk_root(boot->kernel_root_phys, &visitor);
}

/*
 * A write is certain: only an instruction that has come to its end sets D. Converted pointers are
 * what the call handles all the time, so that a CPU may well look one up ahead of time.
 */
static enum keel_finding finding_of_new(const struct walk_entry *leaf)
{
	return leaf->entry & KEEL_PTE_D ? KEEL_FINDING_SVAM_NEW_ADDRESS
					: KEEL_FINDING_SVAM_NEW_LOOKED_UP;
}

void judge_new_addresses(void)
{
	for (unsigned n = 0; n < new_leaves && n < NEW_LEAVES_KEPT; n++)
		finding(finding_of_new(&new_leaf[n]), "%lx to %lx, %s", new_leaf[n].virt,
			new_leaf[n].virt + (walk_level_bytes(new_leaf[n].level) - 1),
			use_of(&new_leaf[n]));
	comment("SetVirtualAddressMap used new_leaves=%u", new_leaves);
}

void judge_what_it_used(void)
{
	static const struct walk_visitor visitor = { is_lower_half, note_leaf, pass_over };

	walk_root(boot->transition_root_phys, &visitor);
	comment("SetVirtualAddressMap used leaves=%u undecided=%u", used_leaves, undecided_leaves);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Prints where the members of boot_info and of what it points to lie, and some constants, for tests
 * that are not written in C. One a line, separated by tabs: name, offset (of a member) or value (of
 * a constant) in hexadecimal, bytes. A structure itself has offset 0.
 */
#include <inttypes.h>
#include <stdio.h>
#include <keel/boot_info.h>
#include "../unit/boot_info_frozen.h"

static void print(const char *name, uint64_t value, size_t bytes)
{
	printf("%s\t%" PRIx64 "\t%zu\n", name, value, bytes);
}

#define CONSTANT(name) print(#name, name, sizeof(uint64_t))

static void print_members(void)
{
#define STRUCT(type, bytes_) print(#type, 0, sizeof(struct keel_##type));
#define MEMBER(type, member, offset_, bytes_)                          \
	print(#type "." #member, offsetof(struct keel_##type, member), \
	      sizeof(((struct keel_##type *)0)->member));
	ELEMENTS
	STRUCT(boot_info, 0)
	BOOT_INFO_1
	BOOT_INFO_2
	BOOT_INFO_3
}

int main(void)
{
	print_members();
	CONSTANT(KEEL_CEA_WAITING_PAGE);
	CONSTANT(KEEL_DIRECT_MAP_START);
	CONSTANT(KEEL_STACK_SLOT_BYTES);
	CONSTANT(KEEL_STACK_BYTES);
	CONSTANT(KEEL_CEA_CPU_START(1));
	CONSTANT(KEEL_CEA_GDT_PAGE);
	CONSTANT(KEEL_CEA_ENTRY_STACK_PAGE);
	CONSTANT(KEEL_CEA_TSS_PAGE);
	CONSTANT(KEEL_CEA_DF_STACK_PAGE);
	CONSTANT(KEEL_CEA_NMI_STACK_PAGE);
	CONSTANT(KEEL_CEA_DB_STACK_PAGE);
	CONSTANT(KEEL_CEA_MCE_STACK_PAGE);
	CONSTANT(KEEL_CEA_PAGES);
	CONSTANT(KEEL_ESPFIX_STEP_BYTES);
	CONSTANT(KEEL_ESPFIX_WINDOW_BYTES);
	CONSTANT(KEEL_FIXMAP_TOP);
	CONSTANT(KEEL_FIXMAP_LOCAL_APIC);
	CONSTANT(KEEL_FIXMAP_IO_APIC_FIRST);
	CONSTANT(KEEL_FIXMAP_SLOTS);
	CONSTANT(KEEL_VSYSCALL_TIME);
	CONSTANT(KEEL_KERNEL_CS);
	CONSTANT(KEEL_KERNEL_DS);
	CONSTANT(KEEL_USER_CS32);
	CONSTANT(KEEL_USER_DS);
	CONSTANT(KEEL_USER_CS);
	CONSTANT(KEEL_TSS_SEL);
	CONSTANT(KEEL_RIGHTS_NONE);
	CONSTANT(KEEL_RIGHTS_RX);
	CONSTANT(KEEL_REGION_EFI);
	CONSTANT(KEEL_MEMORY_UC);
	CONSTANT(KEEL_MEMORY_TYPE_CONVENTIONAL);
	CONSTANT(KEEL_MEMORY_TYPE_FIRMWARE_TABLE);
	CONSTANT(KEEL_MEMORY_TYPE_BOOT_INFO);
	CONSTANT(KEEL_MEMORY_TYPE_KERNEL);
	CONSTANT(KEEL_MEMORY_TYPE_TABLES);
	CONSTANT(KEEL_MEMORY_TYPE_CPU_AREA);
	CONSTANT(KEEL_MEMORY_TYPE_MODULE);
	CONSTANT(KEEL_LEVEL_PT);
	CONSTANT(KEEL_LEVEL_PD);
	return 0;
}

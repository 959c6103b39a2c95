/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A kernel that maps pages at run time with mm/, the code with which Keel has built the map that
 * this kernel runs in: it takes free memory, plans an address space, builds its tables, runs in it,
 * and goes back. What it finds it reports as TAP on the first serial port.
 */
#include "mapper.h"

/* The new mappings, in the lower half: a writable one, and a read-only one of its first page. */
#define WRITABLE_VIRT (KEEL_USER_START + KEEL_SIZE_1G)
#define ALIAS_VIRT    (WRITABLE_VIRT + 4 * KEEL_SIZE_2M)

/* As many bytes as a large page and some small ones have. */
#define DATA_BYTES (KEEL_SIZE_2M + 3 * KEEL_PAGE_SIZE)

/* ResetSystem: places in words of 8 bytes (UEFI 2.10, 4.3, 4.5), and arguments (8.5.1, 4.6.2). */
enum { RUNTIME_SERVICES = 11, RESET_SYSTEM = 13, SHUTDOWN = 2, SUPPORTED_RESET_SYSTEM = 0x400 };
typedef __attribute__((ms_abi)) void reset_system(uint32_t type, uint64_t status, uint64_t bytes,
						  const void *data);

const struct keel_boot_info *boot;

_Noreturn void kernel_main(const struct keel_boot_info *info);

static void require(struct mm_result result, const char *what)
{
	if (result.error)
		bail_out("%s: %s: %x", what, mm_error_text(result.error), result.address);
}

static void plan(struct space *space, const struct pages *data)
{
	struct mm_result result;

	space_begin(space);
	require(space_add(space, WRITABLE_VIRT, data->phys, DATA_BYTES, KEEL_RIGHTS_RW), "space");
	require(space_add(space, ALIAS_VIRT, data->phys, KEEL_PAGE_SIZE, KEEL_RIGHTS_R), "alias");
	result = space_build(space);
	require(result, "space_build");
	report_point(space->pool.used == space->pool.pages,
		     "%u mappings take %u tables, as planned, and the copy of the kernel's root",
		     space->plan.count, space->plan.tables);
}

/* What cannot be is refused before anything is built: here, two mappings of one address. */
static void try_overlap(const struct pages *data)
{
	struct space space;
	struct mm_result result;

	space_begin(&space);
	require(space_add(&space, WRITABLE_VIRT, data->phys, DATA_BYTES, KEEL_RIGHTS_RW), "first");
	require(space_add(&space, WRITABLE_VIRT, data->phys, KEEL_PAGE_SIZE, KEEL_RIGHTS_R),
		"second");
	result = space_build(&space);
	report_point(result.error == MM_ERR_OVERLAP, "a plan with an overlap is refused: %s: %x",
		     mm_error_text(result.error), result.address);
}

/* Writes each page's address at both its ends, through the one mapping, and reads the other. */
static bool same_memory(uint64_t write_virt, uint64_t read_virt, uint64_t bytes)
{
	const uint64_t last = KEEL_PAGE_SIZE - sizeof(uint64_t);
	bool same = true;

	for (uint64_t at = 0; at < bytes; at += KEEL_PAGE_SIZE) {
		*(volatile uint64_t *)(write_virt + at) = write_virt + at;
		*(volatile uint64_t *)(write_virt + at + last) = ~(write_virt + at);
	}
	for (uint64_t at = 0; at < bytes; at += KEEL_PAGE_SIZE)
		same = same && *(volatile uint64_t *)(read_virt + at) == write_virt + at &&
		       *(volatile uint64_t *)(read_virt + at + last) == ~(write_virt + at);
	return same;
}

static void use(const struct pages *data)
{
	const uint64_t direct_virt = (uint64_t)data->virt;

	report_point(same_memory(WRITABLE_VIRT, direct_virt, DATA_BYTES),
		     "what is written at %x is there in the direct map, at %x", WRITABLE_VIRT,
		     direct_virt);
	report_point(same_memory(direct_virt, ALIAS_VIRT, KEEL_PAGE_SIZE),
		     "what is written in the direct map is there at %x", ALIAS_VIRT);
	report_point(fault_of_read(ALIAS_VIRT) == NO_FAULT, "%x can be read", ALIAS_VIRT);
	report_point(fault_of_write(ALIAS_VIRT) == (FAULT_PRESENT | FAULT_WRITE),
		     "%x cannot be written", ALIAS_VIRT);
	report_point(fault_of_fetch(WRITABLE_VIRT) == (FAULT_PRESENT | FAULT_FETCH),
		     "%x cannot be executed", WRITABLE_VIRT);
	report_point(fault_of_read(WRITABLE_VIRT + DATA_BYTES) == 0 &&
			     fault_of_read(WRITABLE_VIRT - sizeof(uint64_t)) == 0,
		     "nothing is mapped before and behind it");
}

static void power_off(void)
{
	const uint64_t *const *system = (const void *)boot->efi_system_table_virt;

	if (boot->runtime_state == KEEL_RUNTIME_VIRTUAL &&
	    boot->runtime_supported & SUPPORTED_RESET_SYSTEM)
		((reset_system *)system[RUNTIME_SERVICES][RESET_SYSTEM])(SHUTDOWN, 0, 0, NULL);
}

_Noreturn void kernel_main(const struct keel_boot_info *info)
{
	struct space space;
	struct pages data;

	report_begin();
	boot = info;
	if (keel_boot_info_check(info) != KEEL_BOOT_INFO_GOOD)
		bail_out("not started by Keel, or by one that is older than this kernel");
	fault_init();
	data = pages_take(DATA_BYTES / KEEL_PAGE_SIZE, KEEL_SIZE_2M);
	report_point(true, "free memory from %x on", data.phys);
	plan(&space, &data);
	try_overlap(&data);
	report_point(fault_of_read(WRITABLE_VIRT) == 0, "%x is not mapped yet", WRITABLE_VIRT);
	load_root(space.root_phys);
	use(&data);
	load_root(boot->kernel_root_phys);
	/* What is in the lower half is never global: nothing of it outlives the load of CR3. */
	report_point(fault_of_read(WRITABLE_VIRT) == 0, "back in the kernel root it is gone");
	report_end();
	power_off();
	bail_out("the firmware does not switch the machine off");
}

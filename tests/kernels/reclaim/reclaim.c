/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A kernel that overwrites every byte of memory that docs/protocol.md gives to it, and then calls
 * the firmware: if that table were wrong, this would not reach its end. All of it must still hold
 * what was written then. With the option "wait" it waits for a byte on the serial port before, in
 * which devices may do what they like.
 */
#include <keel/boot_info.h>

enum { DATA = 0x3f8, LSR = DATA + 5, LSR_DATA = 0x1, LSR_EMPTY = 0x20 };

/* Places in words of 8 bytes: UEFI 2.10, 4.3 and 4.5. */
enum { RUNTIME_SERVICES = 11, GET_TIME = 3, RESET_SYSTEM = 13, SHUTDOWN = 2 };

typedef __attribute__((ms_abi)) uint64_t get_time(void *time, void *capabilities);
typedef __attribute__((ms_abi)) void reset_system(uint32_t type, uint64_t status, uint64_t bytes,
						  const void *data);

#define MAX_RANGES 512
#define RUBBISH	   UINT64_C(0xdeadbeefdeadbeef)

struct range {
	uint64_t phys, bytes;
};

/* All that is still needed when boot_info is gone. What was overwritten comes first. */
static struct range ranges[MAX_RANGES], last[MAX_RANGES];
static unsigned range_count, last_count;
static const uint64_t *const *system_table;
static _Bool waits;

static uint8_t port_read(uint16_t port)
{
	uint8_t value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "d"(port));
	return value;
}

static void print(const char *text)
{
	for (; *text; text++) {
		while (!(port_read(LSR) & LSR_EMPTY))
			;
		__asm__ volatile("outb %0, %1" : : "a"(*text), "d"((uint16_t)DATA));
	}
}

static void wait_for_byte(void)
{
	print("reclaim: waits\r\n");
	while (!(port_read(LSR) & LSR_DATA))
		;
	port_read(DATA);
}

static void overwrite(uint64_t phys, uint64_t bytes)
{
	void *to = (void *)KEEL_DIRECT_MAP(phys);
	uint64_t words = bytes / sizeof(uint64_t);

	__asm__ volatile("rep stosq" : "+D"(to), "+c"(words) : "a"(RUBBISH) : "memory");
	if (range_count < MAX_RANGES)
		ranges[range_count] = (struct range){ phys, bytes };
	range_count++;
}

/* Where something else is; 0: nowhere. */
static uint64_t changed_phys(void)
{
	for (unsigned n = 0; n < range_count; n++) {
		uint64_t at = KEEL_DIRECT_MAP(ranges[n].phys);
		uint64_t words = ranges[n].bytes / sizeof(uint64_t);
		_Bool same;

		__asm__ volatile("repe scasq"
				 : "+D"(at), "+c"(words), "=@ccz"(same)
				 : "a"(RUBBISH)
				 : "memory");
		if (!same)
			return KEEL_DIRECT_MAP_PHYS(at) - sizeof(uint64_t);
	}
	return 0;
}

static void print_changes(void)
{
	const uint64_t phys = range_count <= MAX_RANGES ? changed_phys() : UINT64_MAX;

	print(phys ? "reclaim: changed at " : "reclaim: nothing has changed");
	for (int shift = 60; phys && shift >= 0; shift -= 4)
		print((const char[]){ "0123456789abcdef"[phys >> shift & 15], 0 });
	print("\r\n");
}

static _Bool is_free(uint32_t type)
{
	return type == KEEL_MEMORY_TYPE_CONVENTIONAL || type == KEEL_MEMORY_TYPE_LOADER_CODE ||
	       type == KEEL_MEMORY_TYPE_LOADER_DATA ||
	       type == KEEL_MEMORY_TYPE_BOOT_SERVICES_CODE ||
	       type == KEEL_MEMORY_TYPE_BOOT_SERVICES_DATA ||
	       type == KEEL_MEMORY_TYPE_ACPI_RECLAIM || type == KEEL_MEMORY_TYPE_MODULE;
}

/* First what nobody reads any more, then what tells where things are. */
static void overwrite_all(const struct keel_boot_info *info)
{
	const uint64_t tables_end = info->tables_phys + info->tables_planned * KEEL_PAGE_SIZE;

	for (uint64_t n = 0; n < info->memory_range_count; n++) {
		const struct keel_memory_range *r = info->memory_ranges + n;

		if (is_free(r->type) && r->virt) {
			overwrite(r->phys, r->bytes);
		} else if (r->type == KEEL_MEMORY_TYPE_BOOT_INFO && last_count < MAX_RANGES) {
			last[last_count].phys = r->phys;
			last[last_count++].bytes = r->bytes;
		}
	}
	overwrite(info->transition_root_phys, tables_end - info->transition_root_phys);
	if (info->ap_start_phys)
		overwrite(info->ap_start_phys, KEEL_PAGE_SIZE);
	for (unsigned n = 0; n < last_count; n++)
		overwrite(last[n].phys, last[n].bytes);
}

/* Translations that the CPU remembers must not hide what is gone: PGE off and on forgets them. */
static void forget_translations(void)
{
	const uint64_t pge = 1 << 7;
	uint64_t cr4;

	__asm__ volatile("mov %%cr4, %0" : "=r"(cr4));
	__asm__ volatile("mov %0, %%cr4" : : "r"(cr4 & ~pge) : "memory");
	__asm__ volatile("mov %0, %%cr4" : : "r"(cr4) : "memory");
}

_Noreturn void kernel_main(const struct keel_boot_info *info)
{
	uint64_t time[2];

	if (keel_boot_info_check(info) == KEEL_BOOT_INFO_GOOD &&
	    info->runtime_state == KEEL_RUNTIME_VIRTUAL) {
		system_table = (const void *)info->efi_system_table_virt;
		waits = info->command_line[0] == 'w';
		overwrite_all(info);
		forget_translations();
		print("reclaim: all is overwritten\r\n");
		if (waits)
			wait_for_byte();
		if (!((get_time *)system_table[RUNTIME_SERVICES][GET_TIME])(time, NULL))
			print("reclaim: GetTime succeeds\r\n");
		print_changes();
		((reset_system *)system_table[RUNTIME_SERVICES][RESET_SYSTEM])(SHUTDOWN, 0, 0,
									       NULL);
	}
	for (;;)
		__asm__ volatile("cli; hlt");
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A kernel that tells on COM1 what it was given and where it is, for tests that start kernels of
 * many kinds: built by more than one compiler, at fixed addresses and position-independent. One
 * fact a line, "tell: NAME VALUE", numbers in hexadecimal; then it switches the machine off.
 */
#include <stdbool.h>
#include <keel/boot_info.h>

#define COM1	      0x3f8
#define COM_STATUS    5
#define COM_CAN_SEND  0x20
#define RUNTIME_TABLE 88  /* offset of RuntimeServices in EFI_SYSTEM_TABLE: UEFI 2.10, 4.3 */
#define RESET_SYSTEM  104 /* offset of ResetSystem in EFI_RUNTIME_SERVICES: 4.5 */
#define SHUTDOWN      2

/* On entry the stack is as after a call, which is what the compiler expects of a function. */
__asm__(".section .text.start, \"ax\"\n"
	"	.globl start\n"
	"start:	xor %ebp, %ebp\n"
	"	call tell\n"
	"1:	hlt\n"
	"	jmp 1b\n"
	".text\n");

_Noreturn void tell(const struct keel_boot_info *info);

static void put(char c)
{
	uint8_t status;

	do
		__asm__ volatile("inb %1, %0" : "=a"(status) : "Nd"((uint16_t)(COM1 + COM_STATUS)));
	while (!(status & COM_CAN_SEND));
	__asm__ volatile("outb %0, %1" : : "a"(c), "Nd"((uint16_t)COM1));
}

static void put_text(const char *text)
{
	while (*text)
		put(*text++);
}

static void put_number(uint64_t value)
{
	int shift = 60;

	while (shift && !(value >> shift))
		shift -= 4;
	for (; shift >= 0; shift -= 4)
		put("0123456789abcdef"[value >> shift & 15]);
}

static void fact(const char *name, uint64_t value)
{
	put_text("tell: ");
	put_text(name);
	put(' ');
	put_number(value);
	put_text("\r\n");
}

static void fact_text(const char *name, const char *text)
{
	put_text("tell: ");
	put_text(name);
	put(' ');
	put_text(text);
	put_text("\r\n");
}

/* --- What a loader can get wrong --- */

static const char *const words[] = { "relocated", "pointers", "lead", "home" };
static uint64_t initialized[] = { 1, 2, 3, 5, 8, 13 };
static uint64_t cleared[5000];

static bool same(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return *a == *b;
}

static bool data_is_right(void)
{
	uint64_t sum = 0, zero = 0;

	for (unsigned n = 0; n < sizeof(initialized) / sizeof(initialized[0]); n++)
		sum += initialized[n]++;
	for (unsigned n = 0; n < sizeof(cleared) / sizeof(cleared[0]); n++)
		zero |= cleared[n]++;
	return sum == 32 && zero == 0;
}

/* Through a pointer that the compiler cannot see through: it has to be read from memory. */
static bool pointers_are_right(void)
{
	const char *const *volatile list = words;

	return same(list[0], "relocated") && same(list[3], "home");
}

/* --- Modules --- */

/* The sum of its 64-bit words; its last ones are padded with zeros. */
static uint64_t sum_of(const struct keel_module *m)
{
	const uint64_t *word = m->data;
	uint64_t sum = 0;

	for (uint64_t n = 0; n < (m->bytes + 7) / 8; n++)
		sum += word[n];
	return sum;
}

static uint32_t type_of(const struct keel_boot_info *info, uint64_t phys)
{
	for (uint64_t n = 0; n < info->memory_range_count; n++)
		if (phys - info->memory_ranges[n].phys < info->memory_ranges[n].bytes)
			return info->memory_ranges[n].type;
	return ~0u;
}

static void tell_modules(const struct keel_boot_info *info)
{
	fact("modules", info->module_count);
	for (uint64_t n = 0; n < info->module_count; n++) {
		const struct keel_module *m = info->modules + n;

		fact_text("module_name", m->name);
		fact_text("module_options", m->options);
		fact("module_bytes", m->bytes);
		fact("module_sum", sum_of(m));
		if (m->bytes)
			fact("module_type", type_of(info, m->phys));
	}
}

/* --- Symbols --- */

/* Elf64_Sym (System V ABI, "Symbol Table"). */
struct symbol {
	uint32_t name;
	uint8_t info, other;
	uint16_t section;
	uint64_t value, size;
};

static void tell_symbols(const struct keel_boot_info *info)
{
	const struct symbol *symbols = info->symbols;

	fact("symbols", info->symbol_count);
	for (uint64_t n = 0; n < info->symbol_count; n++)
		if (same(info->symbol_names + symbols[n].name, "tell"))
			fact("tell_is_right",
			     symbols[n].value + info->kernel_slide == (uint64_t)(uintptr_t)tell);
}

static void tell_kernel(const struct keel_boot_info *info)
{
	fact("data_is_right", data_is_right());
	fact("pointers_are_right", pointers_are_right());
	fact("tell", (uintptr_t)tell);
	fact("entry", info->entry_virt);
	fact("virt", info->kernel_virt);
	fact("bytes", info->kernel_bytes);
	fact("phys_base", info->phys_base);
	fact("slide", info->kernel_slide);
	for (uint32_t n = 0; n < info->segment_count; n++) {
		fact("segment_virt", info->segments[n].virt);
		fact("segment_phys", info->segments[n].phys);
		fact("segment_rights", info->segments[n].rights);
	}
}

static void tell_configuration(const struct keel_boot_info *info)
{
	fact_text("title", info->entry_title);
	fact_text("path", info->kernel_path);
	fact_text("options", info->command_line);
	fact_text("device", info->boot_device);
}

/* --- Screens --- */

static void tell_screens(const struct keel_boot_info *info)
{
	fact("screens", info->screen_count);
	for (uint64_t n = 0; n < info->screen_count; n++) {
		const struct keel_screen *s = info->screens + n;
		const uint8_t *edid = s->edid;
		uint64_t sum = 0;

		for (uint64_t byte = 0; byte < s->edid_bytes; byte++)
			sum += edid[byte];
		fact("screen_phys", s->framebuffer.phys);
		fact("screen_width", s->framebuffer.width);
		fact("screen_height", s->framebuffer.height);
		fact("edid_bytes", s->edid_bytes);
		fact("edid_sum", sum);
	}
}

static void tell_rest(const struct keel_boot_info *info)
{
	uint64_t seed[KEEL_RANDOM_SEED_BYTES / sizeof(uint64_t)];

	__builtin_memcpy(seed, info->random_seed, sizeof(seed));
	fact("random_source", info->random_source);
	for (unsigned n = 0; n < sizeof(seed) / sizeof(seed[0]); n++)
		fact("random", seed[n]);
	fact("tsc_hz", info->tsc_hz);
	fact("cpus_waiting", info->cpus_waiting);
	fact("read_ticks", info->read_ticks);
	fact("read_bytes", info->read_bytes);
	fact("total_ticks", info->jump_tsc - info->entry_tsc);
	fact("jump_tsc", info->jump_tsc);
	for (unsigned n = 0; n < KEEL_STAGE_COUNT; n++)
		fact("stage", info->stage_ticks[n]);
}

static void power_off(const struct keel_boot_info *info)
{
	const char *system = (const char *)(uintptr_t)info->efi_system_table_virt;
	const char *services = *(const char *const *)(system + RUNTIME_TABLE);
	void(__attribute__((ms_abi)) * reset)(uint32_t, uint64_t, uint64_t, void *) =
		*(void *const *)(services + RESET_SYSTEM);

	reset(SHUTDOWN, 0, 0, NULL);
}

static void fact_bytes(const char *name, const uint8_t *bytes, uint64_t count)
{
	put_text("tell: ");
	put_text(name);
	put(' ');
	while (count--) {
		put("0123456789abcdef"[*bytes >> 4]);
		put("0123456789abcdef"[*bytes++ & 15]);
	}
	put_text("\r\n");
}

static void tell_measured(const struct keel_boot_info *info)
{
	fact("secure_boot", info->secure_boot);
	fact("measured", info->measured);
	if (!info->tpm_pcrs)
		return;
	fact_bytes("pcr8", info->tpm_pcr8, KEEL_PCR_BYTES);
	fact_bytes("pcr9", info->tpm_pcr9, KEEL_PCR_BYTES);
	fact_bytes("log", info->tpm_log, info->tpm_log_bytes);
	fact_bytes("final_events", info->tpm_final_events, info->tpm_final_events_bytes);
}

_Noreturn void tell(const struct keel_boot_info *info)
{
	tell_measured(info);
	fact("check", keel_boot_info_check(info));
	tell_kernel(info);
	tell_configuration(info);
	tell_modules(info);
	tell_symbols(info);
	tell_screens(info);
	tell_rest(info);
	put_text("tell: end\r\n");
	if (info->runtime_state == KEEL_RUNTIME_VIRTUAL)
		power_off(info);
	for (;;)
		__asm__ volatile("cli; hlt");
}

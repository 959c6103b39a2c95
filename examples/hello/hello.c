/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A kernel to begin with: says on the first serial port and on the screen what Keel has handed to
 * it, and switches the machine off.
 *
 * There is no assembly because none is needed. The first instruction finds a stack, as after a
 * call, and RDI holds the address of boot_info: that is how the System V ABI passes an argument, so
 * the entry point is a C function. Interrupts are off, and no gate of the IDT is present yet:
 * whatever goes wrong resets the machine. docs/protocol.md tells the rest.
 */
#include <stdarg.h>
#include <keel/boot_info.h>
#include <keel/font.h>

/* The first serial port, as the firmware has set it up: data, line status, and a bit in that. */
enum { DATA = 0x3f8, LSR = DATA + 5, LSR_EMPTY = 0x20 };

/* A character with the gaps beside and below it, in dots; a dot in pixels. */
enum { COLUMNS = KEEL_FONT_COLUMNS + 1, ROWS = KEEL_FONT_ROWS + KEEL_FONT_DESCENT + 1, DOT = 2 };

/*
 * Places in EFI_SYSTEM_TABLE and EFI_RUNTIME_SERVICES, in words of 8 bytes, and what is needed of
 * ResetSystem: UEFI 2.10, 4.3, 4.5, 4.6.2 and 8.5.1. It has Microsoft's calling convention.
 */
enum { RUNTIME_SERVICES = 11, RESET_SYSTEM = 13, SHUTDOWN = 2, SUPPORTED_RESET_SYSTEM = 0x400 };
typedef __attribute__((ms_abi)) void reset_system(uint32_t type, uint64_t status, uint64_t bytes,
						  const void *data);

static const struct keel_framebuffer *screen; /* NULL: nothing to draw on */

static uint8_t port_read(uint16_t port)
{
	uint8_t value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "d"(port));
	return value;
}

/* volatile: no loop over pixels may become a call of memset, which is not there. */
static void draw(uint32_t column, uint32_t line, char c)
{
	const uint32_t low = c == 'g' || c == 'p' || c == 'q' || c == 'y' ? KEEL_FONT_DESCENT : 0;
	volatile uint32_t *pixel = (uint32_t *)screen->virt + column * COLUMNS * DOT +
				   (uint64_t)line * ROWS * DOT * screen->stride;

	for (uint32_t y = 0; y < ROWS * DOT; y++, pixel += screen->stride) {
		const uint32_t row = y / DOT - low; /* huge above it */
		const unsigned dots =
			row < KEEL_FONT_ROWS ? keel_font[c - KEEL_FONT_FIRST][row] : 0;

		for (uint32_t x = 0; x < COLUMNS * DOT; x++)
			pixel[x] = dots << x / DOT & 1 << (KEEL_FONT_COLUMNS - 1) ? UINT32_MAX : 0;
	}
}

static void put(char c)
{
	static uint32_t column, line;

	while (!(port_read(LSR) & LSR_EMPTY))
		;
	__asm__ volatile("outb %0, %1" : : "a"(c), "d"((uint16_t)DATA));
	if (screen && c >= KEEL_FONT_FIRST && c <= KEEL_FONT_LAST &&
	    column < screen->width / (COLUMNS * DOT))
		draw(column++, line % (screen->height / (ROWS * DOT)), c);
	for (; screen && c == '\n' && column < screen->width / (COLUMNS * DOT); column++)
		draw(column, line % (screen->height / (ROWS * DOT)), ' ');
	column = c == '\n' ? 0 : column;
	line += c == '\n';
}

static void print_number(uint64_t value, unsigned base)
{
	if (value >= base)
		print_number(value / base, base);
	put("0123456789abcdef"[value % base]);
}

/* %s is text, %u and %x are 64-bit numbers. */
static void print(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	for (; *format; format++)
		if (*format != '%')
			put(*format);
		else if (*++format == 's')
			for (const char *c = va_arg(arguments, const char *); *c; c++)
				put(*c);
		else
			print_number(va_arg(arguments, uint64_t), *format == 'x' ? 16 : 10);
	va_end(arguments);
}

static void show(const struct keel_boot_info *info)
{
	print("Hello from a kernel on Keel!\r\n  command line: %s\r\n", info->command_line);
	for (uint64_t n = 0; n < info->module_count; n++)
		print("  module %s: %u bytes, options: %s\r\n", info->modules[n].name,
		      info->modules[n].bytes, info->modules[n].options);
	/* The map: each region's first address, and how much is mapped in it. */
	for (unsigned region = 0; region < KEEL_REGION_COUNT; region++) {
		uint64_t bytes = 0;

		for (const struct keel_mapping *m = info->mappings;
		     m < info->mappings + info->mapping_count; m++)
			if (m->region == region && m->rights != KEEL_RIGHTS_NONE)
				bytes += m->bytes;
		if (bytes)
			print("  %x  %s: %u KiB\r\n", keel_layout[region].start,
			      keel_layout[region].name, bytes / 1024);
	}
}

/* The services are called where SetVirtualAddressMap has moved them: in the EFI region. */
static void power_off(const struct keel_boot_info *info)
{
	const uint64_t *const *system = (const void *)info->efi_system_table_virt;

	if (info->runtime_state == KEEL_RUNTIME_VIRTUAL &&
	    info->runtime_supported & SUPPORTED_RESET_SYSTEM)
		((reset_system *)system[RUNTIME_SERVICES][RESET_SYSTEM])(SHUTDOWN, 0, 0, NULL);
}

_Noreturn void kernel_main(const struct keel_boot_info *info)
{
	if (keel_boot_info_check(info) == KEEL_BOOT_INFO_GOOD) {
		screen = info->framebuffer.bytes_per_pixel == 4 ? &info->framebuffer : NULL;
		show(info);
		power_off(info);
		print("The firmware does not switch the machine off: please do it by hand.\r\n");
	} else {
		print("hello: not started by Keel, or by one that is older than this kernel\r\n");
	}
	for (;;)
		__asm__ volatile("cli; hlt");
}

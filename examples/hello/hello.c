/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A kernel to begin with: tells on the first serial port and on the screen what Keel has handed to
 * it, and switches the machine off. There is no assembly because none is needed: the first
 * instruction finds a stack, as after a call, and RDI holds the address of boot_info, which is how
 * the System V ABI passes an argument. docs/protocol.md tells the rest.
 */
#include <keel/boot_info.h>
#include <keel/font.h>
#include <keel/runtime.h>

/* The first serial port, as the firmware has set it up: data, line status, and a bit in that. */
enum { DATA = 0x3f8, LSR = DATA + 5, LSR_EMPTY = 0x20 };
/* A character with the gaps beside and below it, in dots; a dot in pixels. */
enum { COLUMNS = KEEL_FONT_COLUMNS + 1, ROWS = KEEL_FONT_ROWS + KEEL_FONT_DESCENT + 1, DOT = 2 };

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
		const uint8_t dots = row < KEEL_FONT_ROWS ? keel_font[c - ' '][row] : 0;

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
	if (screen && c >= ' ' && c <= '~' && column < screen->width / (COLUMNS * DOT) &&
	    line < screen->height / (ROWS * DOT))
		draw(column++, line, c);
	column = c == '\n' ? 0 : column;
	line += c == '\n';
}

static void text(const char *text)
{
	while (*text)
		put(*text++);
}

static void number(uint64_t value, unsigned base)
{
	if (value >= base)
		number(value / base, base);
	put("0123456789abcdef"[value % base]);
}

static void item(const char *name, uint64_t value, unsigned base, const char *after)
{
	text(name);
	number(value, base);
	text(after);
}

/* Where each region with something in it begins, and how much is mapped there. */
static void show_map(const struct keel_boot_info *info)
{
	static uint64_t bytes[KEEL_REGION_COUNT]; /* zero: no memset is needed */

	for (uint64_t n = 0; n < info->mapping_count; n++)
		if (info->mappings[n].rights != KEEL_RIGHTS_NONE &&
		    info->mappings[n].region < KEEL_REGION_COUNT)
			bytes[info->mappings[n].region] += info->mappings[n].bytes;
	for (unsigned n = 0; n < KEEL_REGION_COUNT; n++) {
		if (!bytes[n])
			continue;
		item("  ", keel_layout[n].start, 16, "  ");
		text(keel_layout[n].name);
		item(": ", bytes[n] / 1024, 10, " KiB\r\n");
	}
}

static void show(const struct keel_boot_info *info)
{
	text("Hello from a kernel on Keel!\r\n  command line: ");
	text(info->command_line);
	text("\r\n");
	for (uint64_t n = 0; n < info->module_count; n++) {
		text("  module ");
		text(info->modules[n].name);
		item(": ", info->modules[n].bytes, 10, " bytes, options: ");
		text(info->modules[n].options);
		text("\r\n");
	}
	show_map(info);
}

_Noreturn void kernel_main(const struct keel_boot_info *info)
{
	if (keel_boot_info_check(info) == KEEL_BOOT_INFO_GOOD) {
		const struct keel_efi_runtime *efi = keel_runtime(info);

		screen = info->framebuffer.bytes_per_pixel == 4 ? &info->framebuffer : NULL;
		show(info);
		/*
		 * Services are called where SetVirtualAddressMap has moved them: in the EFI region.
		 */
		if (efi && keel_runtime_offers(info, KEEL_RT_RESET_SYSTEM))
			efi->reset_system(KEEL_EFI_RESET_SHUTDOWN, KEEL_EFI_SUCCESS, 0, NULL);
		text("The firmware does not switch the machine off: please do it by hand.\r\n");
	} else {
		text("hello: not started by Keel, or by one that is older than this kernel\r\n");
	}
	/* HLT does not write out what waits for the screen in write-combining buffers. */
	__asm__ volatile("sfence" : : : "memory");
	for (;;)
		__asm__ volatile("cli; hlt");
}

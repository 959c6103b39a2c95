/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A kernel that does not end by itself: it paints the screen, and says what it was told and which
 * bytes come over the serial port, a line each, until that is Control-D. It has Limine's requests,
 * too, as a kernel for several loaders has.
 */
#include <keel/boot_info.h>

enum { DATA = 0x3f8, LSR = DATA + 5, LSR_READY = 1, LSR_EMPTY = 0x20, CONTROL_D = 4 };

/* Places in words of 8 bytes: UEFI 2.10, 4.3 and 4.5. */
enum { RUNTIME_SERVICES = 11, RESET_SYSTEM = 13, SHUTDOWN = 2 };
typedef __attribute__((ms_abi)) void reset_system(uint32_t type, uint64_t status, uint64_t bytes,
						  const void *data);

#define COLOUR 0x336699

/* LIMINE_BASE_REVISION(3), and a request for the memory map. */
static volatile uint64_t base_revision[]
	__attribute__((used)) = { 0xf9562b2d5c95a6c8, 0x6a7b384944536bdc, 3 };
static volatile uint64_t request[] __attribute__((used)) = {
	0xc7b1dd30df4c8b88, 0x0a82e883a194f07b, 0x67cf3d9d378a806f, 0xe304acdfc50c3c62, 0, 0,
};

static uint8_t port_read(uint16_t port)
{
	uint8_t value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "d"(port));
	return value;
}

static void put(char c)
{
	while (!(port_read(LSR) & LSR_EMPTY))
		;
	__asm__ volatile("outb %0, %1" : : "a"(c), "d"((uint16_t)DATA));
}

static void line(const char *what, const char *text)
{
	for (const char *c = "listen: "; *c; c++)
		put(*c);
	for (; *what; what++)
		put(*what);
	for (; *text; text++)
		put(*text);
	put('\r');
	put('\n');
}

static uint8_t get(void)
{
	while (!(port_read(LSR) & LSR_READY))
		__asm__ volatile("pause");
	return port_read(DATA);
}

static void paint(const struct keel_framebuffer *screen)
{
	volatile uint32_t *pixel = (uint32_t *)screen->virt;

	if (screen->bytes_per_pixel != 4)
		return;
	for (uint32_t y = 0; y < screen->height; y++, pixel += screen->stride)
		for (uint32_t x = 0; x < screen->width; x++)
			pixel[x] = COLOUR;
}

static void listen(void)
{
	char text[] = "??";
	uint8_t byte;

	do {
		byte = get();
		text[0] = "0123456789abcdef"[byte >> 4];
		text[1] = "0123456789abcdef"[byte & 15];
		line("byte ", text);
	} while (byte != CONTROL_D);
}

_Noreturn void kernel_main(const struct keel_boot_info *info)
{
	if (keel_boot_info_check(info) == KEEL_BOOT_INFO_GOOD) {
		const uint64_t *const *system = (const void *)info->efi_system_table_virt;

		paint(&info->framebuffer);
		line("title ", info->entry_title);
		line("options ", info->command_line);
		for (uint64_t n = 0; n < info->module_count; n++) {
			line("module ", info->modules[n].name);
			line("with ", info->modules[n].options);
		}
		line("symbols ", info->symbol_count ? "yes" : "no");
		line("ready", "");
		listen();
		if (info->runtime_state == KEEL_RUNTIME_VIRTUAL)
			((reset_system *)system[RUNTIME_SERVICES][RESET_SYSTEM])(SHUTDOWN, 0, 0, 0);
	}
	for (;;)
		__asm__ volatile("cli; hlt");
}

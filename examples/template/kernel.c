/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Your kernel begins here. Keel has laid down its address space, its stack and its descriptor
 * tables; boot_info tells what there is. See docs/protocol.md of Keel.
 */
#include <keel/boot_info.h>
#include <keel/runtime.h>

enum { SERIAL_DATA = 0x3f8, SERIAL_STATUS = 0x3fd, SERIAL_READY = 0x20 };

static uint8_t port_read(uint16_t port)
{
	uint8_t value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "d"(port));
	return value;
}

static void port_write(uint16_t port, uint8_t value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "d"(port));
}

static void print(const char *text)
{
	for (; *text; text++) {
		while (!(port_read(SERIAL_STATUS) & SERIAL_READY))
			;
		port_write(SERIAL_DATA, (uint8_t)*text);
	}
}

_Noreturn static void halt(void)
{
	for (;;)
		__asm__ volatile("cli; hlt");
}

/* The machine goes off; where the firmware cannot do that, it halts. */
_Noreturn static void power_off(const struct keel_boot_info *info)
{
	const struct keel_efi_runtime *efi = keel_runtime(info);

	if (efi && keel_runtime_offers(info, KEEL_RT_RESET_SYSTEM))
		efi->reset_system(KEEL_EFI_RESET_SHUTDOWN, KEEL_EFI_SUCCESS, 0, NULL);
	halt();
}

_Noreturn void kernel_main(const struct keel_boot_info *info)
{
	if (keel_boot_info_check(info) != KEEL_BOOT_INFO_GOOD) {
		print("kernel: this is not Keel, or one that is too old\r\n");
		halt();
	}
	print("kernel: started by Keel ");
	print(info->keel_version);
	print("\r\nkernel: command line: ");
	print(info->command_line);
	print("\r\nkernel: all is well\r\n");
	power_off(info);
}

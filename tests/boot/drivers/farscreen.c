/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The framebuffer lies high above all memory, in another entry of the PML4: the Graphics Output
 * Protocol is told that it is in the memory of a PCI device, QEMU's ivshmem, which the firmware has
 * placed there. The variant is the least address, in hex.
 */
#include "hooks.h"

#define CONFIG_ADDRESS 0xcf8
#define CONFIG_DATA    0xcfc
#define CONFIG_ENABLE  0x80000000
#define IVSHMEM	       0x11101af4 /* device and vendor */
#define COMMAND	       0x04
#define COMMAND_MEMORY 0x2
#define BAR2	       0x18
#define BAR_FLAGS      0xf

static void out32(UINT16 port, UINT32 value)
{
	__asm__ volatile("outl %0, %1" : : "a"(value), "Nd"(port));
}

static UINT32 in32(UINT16 port)
{
	UINT32 value;

	__asm__ volatile("inl %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static UINT32 config_read(unsigned device, unsigned offset)
{
	out32(CONFIG_ADDRESS, CONFIG_ENABLE | device << 11 | offset);
	return in32(CONFIG_DATA);
}

/*
 * On bus 0. Its memory is behind a base address register of 64 bits; the firmware has not used it.
 */
static UINT64 find_memory(void)
{
	for (unsigned device = 0; device < 32; device++) {
		if (config_read(device, 0) != IVSHMEM)
			continue;
		config_read(device, COMMAND);
		out32(CONFIG_DATA, COMMAND_MEMORY);
		return (UINT64)config_read(device, BAR2 + 4) << 32 |
		       (config_read(device, BAR2) & ~(UINT32)BAR_FLAGS);
	}
	return 0;
}

static UINT64 hex(const char *text)
{
	UINT64 value = 0;

	for (; *text; text++)
		value = value * 16 + (*text <= '9' ? *text - '0' : *text - 'a' + 10);
	return value;
}

static void move(UINT64 least)
{
	EFI_GRAPHICS_OUTPUT_PROTOCOL_MODE *modes[4];
	const UINTN count = graphics_modes(modes, sizeof(modes) / sizeof(modes[0]));
	const UINT64 phys = find_memory();

	if (!count)
		complain("there is no Graphics Output Protocol");
	else if (phys < least)
		complain("the firmware has placed the device's memory elsewhere");
	for (UINTN n = 0; n < count; n++)
		modes[n]->FrameBufferBase = phys;
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
	launch_init(image, system);
	move(hex(variant(image)));
	launch("farscreen", NULL, NULL);
	return finish();
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Another screen than the firmware has chosen. The variant is
 *
 *	WIDTH HEIGHT BITS STRIDE NAME
 *
 * with the bits of a pixel, the pixels from line to line, and what the Graphics Output Protocol
 * says of it: "bgrx" or "rgbx" (with red and blue exchanged: the hardware has only the former), or
 * "masks"; or "short", which is "bgrx", and its size counts only the pixels that are visible. QEMU's display adapter is told to show that (Bochs VBE, docs/specs/standard-vga in
 * QEMU), and the protocol's mode is made to say it. The firmware's own drawing does not know: what
 * it writes from now on is scattered over the screen.
 */
#include "hooks.h"

enum { XRES = 1, YRES, BPP, ENABLE, VIRT_WIDTH = 6 };
#define DISPI_INDEX  0x1ce
#define DISPI_DATA   0x1cf
#define DISPI_ON     0x41 /* with a linear framebuffer */
#define DISPI_OFF    0
#define MEMORY_BYTES (64u << 20) /* what the tests give the adapter */

static void dispi_write(UINT16 index, UINT16 value)
{
	__asm__ volatile("outw %0, %1" : : "a"(index), "Nd"((UINT16)DISPI_INDEX));
	__asm__ volatile("outw %0, %1" : : "a"(value), "Nd"((UINT16)DISPI_DATA));
}

static UINT32 number(const char **text)
{
	UINT32 value = 0;

	while (**text >= '0' && **text <= '9')
		value = value * 10 + (UINT32)(*(*text)++ - '0');
	while (**text == ' ')
		(*text)++;
	return value;
}

static const EFI_PIXEL_BITMASK masks_16 = { 0xf800, 0x07e0, 0x001f, 0 };
static const EFI_PIXEL_BITMASK masks_24 = { 0xff0000, 0xff00, 0xff, 0 };
static const EFI_PIXEL_BITMASK masks_32 = { 0xff0000, 0xff00, 0xff, 0xff000000 };

/* Returns the bits of a pixel. */
static UINT32 describe(EFI_GRAPHICS_OUTPUT_PROTOCOL_MODE *mode, const char *wanted)
{
	EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *info = mode->Info;
	UINT32 bits;

	info->HorizontalResolution = number(&wanted);
	info->VerticalResolution = number(&wanted);
	bits = number(&wanted);
	info->PixelsPerScanLine = number(&wanted);
	if (text_is(wanted, "masks")) {
		info->PixelFormat = PixelBitMask;
		info->PixelInformation = bits == 16 ? masks_16 : bits == 24 ? masks_24 : masks_32;
	} else {
		info->PixelFormat = text_is(wanted, "rgbx") ? PixelRedGreenBlueReserved8BitPerColor
							    : PixelBlueGreenRedReserved8BitPerColor;
	}
	mode->FrameBufferSize =
		(UINTN)info->VerticalResolution * (bits / 8) *
		(text_is(wanted, "short") ? info->HorizontalResolution : info->PixelsPerScanLine);
	if (mode->FrameBufferSize > MEMORY_BYTES)
		complain("the adapter has not that much memory");
	return bits;
}

static void show(const EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *info, UINT32 bits)
{
	dispi_write(ENABLE, DISPI_OFF);
	dispi_write(XRES, (UINT16)info->HorizontalResolution);
	dispi_write(YRES, (UINT16)info->VerticalResolution);
	dispi_write(BPP, (UINT16)bits);
	dispi_write(ENABLE, DISPI_ON);
	dispi_write(VIRT_WIDTH, (UINT16)info->PixelsPerScanLine);
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
	EFI_GRAPHICS_OUTPUT_PROTOCOL_MODE *modes[4];
	const char *wanted;
	UINTN count;

	launch_init(image, system);
	wanted = variant(image);
	count = graphics_modes(modes, sizeof(modes) / sizeof(modes[0]));
	if (!count)
		complain("there is no screen");
	for (UINTN n = 0; n < count; n++) {
		const UINT32 bits = describe(modes[n], wanted);

		show(modes[n]->Info, bits);
	}
	launch("screen", NULL, NULL);
	return finish();
}

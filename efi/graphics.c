/* SPDX-License-Identifier: BSD-2-Clause */
/* The framebuffer, from the Graphics Output Protocol (UEFI 2.10, 12.9). Its absence is no error. */
#include "loader.h"

static const EFI_GUID graphics_guid = {
	0x9042a9de, 0x23dc, 0x4a38, { 0x96, 0xfb, 0x7a, 0xde, 0xd0, 0x80, 0x51, 0x6a }
};

static void set_masks(struct keel_framebuffer *f, uint32_t red, uint32_t green, uint32_t blue)
{
	f->red_mask = red;
	f->green_mask = green;
	f->blue_mask = blue;
}

/* False if pixels cannot be written to memory in this format. */
static bool describe_format(struct keel_framebuffer *f,
			    const EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *mode)
{
	const EFI_PIXEL_BITMASK *masks = &mode->PixelInformation;
	uint32_t all;

	f->bytes_per_pixel = 4;
	switch (mode->PixelFormat) {
	case PixelRedGreenBlueReserved8BitPerColor:
		f->format = KEEL_PIXEL_RGBX32;
		set_masks(f, 0xff, 0xff00, 0xff0000);
		return true;
	case PixelBlueGreenRedReserved8BitPerColor:
		f->format = KEEL_PIXEL_BGRX32;
		set_masks(f, 0xff0000, 0xff00, 0xff);
		return true;
	case PixelBitMask:
		f->format = KEEL_PIXEL_MASKS;
		set_masks(f, masks->RedMask, masks->GreenMask, masks->BlueMask);
		all = masks->RedMask | masks->GreenMask | masks->BlueMask | masks->ReservedMask;
		f->bytes_per_pixel = all ? (32 - __builtin_clz(all) + 7) / 8 : 0;
		return all != 0;
	default:
		return false;
	}
}

void graphics_examine(struct loader *l)
{
	struct keel_framebuffer *f = &l->facts.framebuffer;
	EFI_GRAPHICS_OUTPUT_PROTOCOL *graphics = protocol(l, &graphics_guid);
	const EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *mode;

	if (!graphics || !graphics->Mode || !graphics->Mode->Info ||
	    !graphics->Mode->FrameBufferBase || !describe_format(f, graphics->Mode->Info)) {
		memset(f, 0, sizeof(*f));
		say(l, "  graphics  no linear framebuffer\n");
		return;
	}
	mode = graphics->Mode->Info;
	f->phys = graphics->Mode->FrameBufferBase;
	f->bytes = graphics->Mode->FrameBufferSize;
	f->width = mode->HorizontalResolution;
	f->height = mode->VerticalResolution;
	f->stride = mode->PixelsPerScanLine;
	say(l, "  graphics  %ux%u at %x\n", (uint64_t)f->width, (uint64_t)f->height, f->phys);
}

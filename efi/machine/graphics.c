/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * There may be several framebuffers: the firmware's console, which draws on all screens and is no
 * memory as soon as there are two, and one for each card, of which some have no screen.
 */
#include "machine/graphics.h"

static const EFI_GUID graphics_guid = EFI_GRAPHICS_OUTPUT_PROTOCOL_GUID;
/*
 * EFI_CONSOLE_OUT_DEVICE_GUID, which gnu-efi does not have: the firmware shows its console there.
 * Nothing stands behind it.
 */
static const EFI_GUID console_guid = {
	0xd3b36f2c, 0xd551, 0x11d4, { 0x9a, 0x46, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d }
};

/* 16,384 lines of as many pixels: no screen has more, and what claims to is not looked at. */
#define MOST_BYTES (UINT64_C(1) << 30)

static void set_masks(struct keel_framebuffer *f, uint32_t red, uint32_t green, uint32_t blue)
{
	f->red_mask = red;
	f->green_mask = green;
	f->blue_mask = blue;
}

/* False if pixels cannot be written to memory in this format. */
static bool describe_pixels(struct keel_framebuffer *f,
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

/* Of all lines, each as long as it is in memory. */
static uint64_t bytes_of_lines(const struct keel_framebuffer *f)
{
	return (uint64_t)f->stride * f->bytes_per_pixel * f->height;
}

/* Can there be such a screen? Each factor is below 2^32, so the first product does not wrap. */
static bool is_possible(const struct keel_framebuffer *f)
{
	return f->width && f->height && f->width <= f->stride &&
	       (uint64_t)f->stride * f->bytes_per_pixel <= MOST_BYTES / f->height;
}

/* False, and *f as it was, if this handle has no framebuffer. */
static bool describe_framebuffer(const struct firmware *fw, EFI_HANDLE handle,
				 struct keel_framebuffer *f)
{
	const EFI_GRAPHICS_OUTPUT_PROTOCOL *graphics = protocol_of(fw, handle, &graphics_guid);
	const EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *mode;
	struct keel_framebuffer found = { 0 };

	if (!graphics || !graphics->Mode || !graphics->Mode->FrameBufferBase)
		return false;
	mode = graphics->Mode->Info;
	if (!mode || !describe_pixels(&found, mode))
		return false;
	found.phys = graphics->Mode->FrameBufferBase;
	found.bytes = graphics->Mode->FrameBufferSize;
	found.width = mode->HorizontalResolution;
	found.height = mode->VerticalResolution;
	found.stride = mode->PixelsPerScanLine;
	if (!is_possible(&found)) {
		note(fw,
		     "graphics mode left alone, as it cannot be: %ux%u pixels, %u from line to line",
		     (uint64_t)found.width, (uint64_t)found.height, (uint64_t)found.stride);
		return false;
	}
	*f = found;
	return true;
}

/* The first that the console is on, else the first of all. */
static void find_framebuffer(const struct firmware *fw, struct keel_framebuffer *f)
{
	EFI_HANDLE *handles;
	UINTN count;
	bool on_console = false;

	if (EFI_ERROR(fw->boot->LocateHandleBuffer(ByProtocol, (EFI_GUID *)&graphics_guid, NULL,
						   &count, &handles)))
		return;
	for (UINTN n = 0; n < count && !on_console; n++) {
		void *nothing;

		on_console = !EFI_ERROR(
			fw->boot->HandleProtocol(handles[n], (EFI_GUID *)&console_guid, &nothing));
		if (on_console || !f->format)
			on_console = describe_framebuffer(fw, handles[n], f) && on_console;
	}
	fw->boot->FreePool(handles);
}

/*
 * Some firmware computes the size from what is visible, and not from the lines as they are in
 * memory. Linux takes the larger of the two as well (drivers/video/fbdev/efifb.c, size_total).
 */
static void correct_size(const struct firmware *fw, struct keel_framebuffer *f)
{
	if (f->bytes >= bytes_of_lines(f))
		return;
	note(fw, "FrameBufferSize is %u bytes and the lines take %u: that is taken", f->bytes,
	     bytes_of_lines(f));
	f->bytes = bytes_of_lines(f);
}

void graphics_examine(const struct firmware *fw, struct keel_framebuffer *f)
{
	*f = (struct keel_framebuffer){ .format = KEEL_PIXEL_NONE };
	if (!describe_framebuffer(fw, fw->system->ConsoleOutHandle, f))
		find_framebuffer(fw, f);
	correct_size(fw, f);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "machine/screen_mode.h"
#include "lib/text.h"

#define LIST_BYTES 1024 /* some hundred modes; what is more is cut with "..." */

static void set_masks(struct keel_framebuffer *f, uint32_t red, uint32_t green, uint32_t blue)
{
	f->red_mask = red;
	f->green_mask = green;
	f->blue_mask = blue;
}

bool screen_mode_pixels(const EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *mode,
			struct keel_framebuffer *f)
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

/* The nth mode, which the caller gives back to the firmware; NULL if Keel has no use for it. */
static EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *usable_mode(const struct firmware *fw,
							 EFI_GRAPHICS_OUTPUT_PROTOCOL *graphics,
							 uint32_t n)
{
	EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *mode;
	struct keel_framebuffer unused;
	UINTN bytes;

	if (EFI_ERROR(graphics->QueryMode(graphics, n, &bytes, &mode)))
		return NULL;
	if (screen_mode_pixels(mode, &unused))
		return mode;
	fw->boot->FreePool(mode);
	return NULL;
}

static bool has_size(const EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *mode,
		     const struct config_screen *wanted)
{
	return mode->HorizontalResolution == wanted->width &&
	       mode->VerticalResolution == wanted->height;
}

/* The first mode of that size, or MaxMode; and all sizes as text, neighbours once. */
static uint32_t find_mode(const struct firmware *fw, EFI_GRAPHICS_OUTPUT_PROTOCOL *graphics,
			  const struct config_screen *wanted, struct text *sizes)
{
	struct config_screen last = { 0 };

	for (uint32_t n = 0; n < graphics->Mode->MaxMode; n++) {
		EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *mode = usable_mode(fw, graphics, n);
		bool found;

		if (!mode)
			continue;
		found = has_size(mode, wanted);
		if (!has_size(mode, &last))
			text_print(sizes, "%s%ux%u", sizes->bytes ? ", " : "",
				   (uint64_t)mode->HorizontalResolution,
				   (uint64_t)mode->VerticalResolution);
		last = (struct config_screen){ mode->HorizontalResolution,
					       mode->VerticalResolution };
		fw->boot->FreePool(mode);
		if (found)
			return n;
	}
	return graphics->Mode->MaxMode;
}

EFI_STATUS screen_mode_set(const struct firmware *fw, EFI_GRAPHICS_OUTPUT_PROTOCOL *graphics,
			   const struct config_screen *wanted)
{
	char memory[LIST_BYTES] = "";
	struct text sizes = text_in(memory, sizeof(memory));
	const uint64_t width = wanted->width;
	const uint64_t height = wanted->height;
	EFI_STATUS status;
	uint32_t n;

	if (has_size(graphics->Mode->Info, wanted))
		return EFI_SUCCESS;
	n = find_mode(fw, graphics, wanted, &sizes);
	if (n == graphics->Mode->MaxMode)
		return fail(fw, EFI_UNSUPPORTED, "the screen has no mode %ux%u: it has %s", width,
			    height, memory);
	status = graphics->SetMode(graphics, n);
	if (EFI_ERROR(status))
		return fail(fw, status, "the screen cannot be set to %ux%u, its mode %u", width,
			    height, (uint64_t)n);
	return EFI_SUCCESS;
}

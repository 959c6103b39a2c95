/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * There may be several framebuffers: the firmware's console, which draws on all screens and is no
 * memory as soon as there are two, and one for each card, of which some have no screen.
 */
#include "machine/graphics.h"
#include "machine/screen_mode.h"

static const EFI_GUID graphics_guid = EFI_GRAPHICS_OUTPUT_PROTOCOL_GUID;
/*
 * EFI_CONSOLE_OUT_DEVICE_GUID, which gnu-efi does not have: the firmware shows its console there.
 * Nothing stands behind it.
 */
static const EFI_GUID console_guid = {
	0xd3b36f2c, 0xd551, 0x11d4, { 0x9a, 0x46, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d }
};

/* UEFI 2.10, 12.9.2: what a monitor says of itself, or what was put in its place. */
struct edid_protocol {
	uint32_t bytes;
	const void *edid;
};

static const EFI_GUID edid_guids[] = {
	/* EFI_EDID_ACTIVE_PROTOCOL_GUID, EFI_EDID_DISCOVERED_PROTOCOL_GUID */
	{ 0xbd8c1056, 0x9f36, 0x44ec, { 0x92, 0xa8, 0xa6, 0x33, 0x7f, 0x81, 0x79, 0x86 } },
	{ 0x1c0c34f6, 0xd380, 0x41fa, { 0xa0, 0x49, 0x8a, 0xd0, 0x6c, 0x1a, 0x66, 0xaa } },
};

/* 16,384 lines of as many pixels: no screen has more, and what claims to is not looked at. */
#define MOST_BYTES (UINT64_C(1) << 30)
/* A block of 128 bytes, and the number of those that follow, one byte (VESA E-EDID A2, 3). */
#define MOST_EDID_BYTES (256 * 128)

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

/* The protocol of a handle that has a framebuffer in a mode that can be described; or NULL. */
static EFI_GRAPHICS_OUTPUT_PROTOCOL *linear_graphics(const struct firmware *fw, EFI_HANDLE handle)
{
	EFI_GRAPHICS_OUTPUT_PROTOCOL *graphics = protocol_of(fw, handle, &graphics_guid);
	struct keel_framebuffer unused;

	if (!graphics || !graphics->Mode || !graphics->Mode->FrameBufferBase ||
	    !graphics->Mode->Info || !screen_mode_pixels(graphics->Mode->Info, &unused))
		return NULL;
	return graphics;
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

/* False if there cannot be such a screen. */
static bool describe_framebuffer(const struct firmware *fw,
				 const EFI_GRAPHICS_OUTPUT_PROTOCOL *graphics,
				 struct keel_framebuffer *f)
{
	const EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *mode = graphics->Mode->Info;

	*f = (struct keel_framebuffer){
		.phys = graphics->Mode->FrameBufferBase,
		.bytes = graphics->Mode->FrameBufferSize,
		.width = mode->HorizontalResolution,
		.height = mode->VerticalResolution,
		.stride = mode->PixelsPerScanLine,
	};
	screen_mode_pixels(mode, f);
	if (is_possible(f)) {
		correct_size(fw, f);
		return true;
	}
	note(fw, "graphics mode left alone, as it cannot be: %ux%u pixels, %u from line to line",
	     (uint64_t)f->width, (uint64_t)f->height, (uint64_t)f->stride);
	return false;
}

static void find_edid(const struct firmware *fw, EFI_HANDLE handle, struct screen *screen)
{
	for (unsigned n = 0; n < sizeof(edid_guids) / sizeof(edid_guids[0]); n++) {
		const struct edid_protocol *p = protocol_of(fw, handle, edid_guids + n);

		if (screen->edid || !p || !p->bytes || !p->edid)
			continue;
		if (p->bytes > MOST_EDID_BYTES) {
			note(fw, "EDID left alone: %u bytes, and %u are the most",
			     (uint64_t)p->bytes, (uint64_t)MOST_EDID_BYTES);
			continue;
		}
		screen->edid = p->edid;
		screen->edid_bytes = p->bytes;
	}
}

/* The screen that has this framebuffer already; the console's is also a card's. Or NULL. */
static struct screen *known_screen(struct graphics *g, uint64_t phys)
{
	for (uint64_t n = 0; n < g->count; n++)
		if (g->screens[n].framebuffer.phys == phys)
			return g->screens + n;
	return NULL;
}

/* What a handle has, if anything: a screen more, or what the console does not say of its own. */
static void add_screen(const struct firmware *fw, EFI_HANDLE handle, struct graphics *g)
{
	const EFI_GRAPHICS_OUTPUT_PROTOCOL *graphics = linear_graphics(fw, handle);
	struct screen *screen;

	if (!graphics)
		return;
	screen = known_screen(g, graphics->Mode->FrameBufferBase);
	if (!screen && g->count == MM_FRAMEBUFFERS_MOST) {
		note(fw, "framebuffer at %x left out: more than %u of them",
		     graphics->Mode->FrameBufferBase, (uint64_t)MM_FRAMEBUFFERS_MOST);
		return;
	}
	if (!screen) {
		screen = g->screens + g->count;
		if (!describe_framebuffer(fw, graphics, &screen->framebuffer)) {
			*screen = (struct screen){ .edid = NULL };
			return;
		}
		g->count++;
	}
	find_edid(fw, handle, screen);
}

static bool is_on_console(const struct firmware *fw, EFI_HANDLE handle)
{
	void *nothing;

	return !EFI_ERROR(fw->boot->HandleProtocol(handle, (EFI_GUID *)&console_guid, &nothing));
}

/*
 * The one that the person sees: the console's own, else the first that the console is on, else the
 * first of all. NULL: none.
 */
static EFI_HANDLE first_handle(const struct firmware *fw, EFI_HANDLE *handles, UINTN count)
{
	EFI_HANDLE first = NULL;

	if (linear_graphics(fw, fw->system->ConsoleOutHandle))
		return fw->system->ConsoleOutHandle;
	for (UINTN n = 0; n < count; n++) {
		if (!linear_graphics(fw, handles[n]))
			continue;
		if (is_on_console(fw, handles[n]))
			return handles[n];
		if (!first)
			first = handles[n];
	}
	return first;
}

static EFI_STATUS set_mode(const struct firmware *fw, EFI_HANDLE handle,
			   const struct config_screen *wanted)
{
	if (!wanted->width)
		return EFI_SUCCESS;
	if (!handle)
		return fail(fw, EFI_NOT_FOUND, "there is no screen to be set to %ux%u",
			    (uint64_t)wanted->width, (uint64_t)wanted->height);
	return screen_mode_set(fw, linear_graphics(fw, handle), wanted);
}

EFI_STATUS graphics_examine(const struct firmware *fw, const struct config_screen *wanted,
			    struct graphics *graphics)
{
	EFI_HANDLE *handles = NULL;
	UINTN count = 0;
	EFI_HANDLE first;
	EFI_STATUS status;

	*graphics = (struct graphics){ .count = 0 };
	if (EFI_ERROR(fw->boot->LocateHandleBuffer(ByProtocol, (EFI_GUID *)&graphics_guid, NULL,
						   &count, &handles)))
		count = 0;
	first = first_handle(fw, handles, count);
	status = set_mode(fw, first, wanted);
	if (!EFI_ERROR(status) && first)
		add_screen(fw, first, graphics);
	for (UINTN n = 0; n < count && !EFI_ERROR(status); n++)
		add_screen(fw, handles[n], graphics);
	if (handles)
		fw->boot->FreePool(handles);
	return status;
}

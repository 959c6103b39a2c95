/* SPDX-License-Identifier: BSD-2-Clause */
/* What boot_params holds besides the kernel's header, memory and firmware. */
#include "linux.h"

/* At the head of the list. */
void params_add(struct boot_params *params, struct setup_data *data, uint32_t type, uint64_t bytes)
{
	*data = (struct setup_data){ params->hdr.setup_data, type, (uint32_t)bytes };
	params->hdr.setup_data = KEEL_DIRECT_MAP_PHYS((uint64_t)data);
}

/* It stays where Keel has put it: Linux copies it before it uses that memory. */
static void fill_command_line(struct boot_params *params)
{
	const uint64_t phys = KEEL_DIRECT_MAP_PHYS((uint64_t)boot->command_line);
	uint64_t bytes = 0;

	while (boot->command_line[bytes])
		bytes++;
	if (bytes > params->hdr.cmdline_size)
		give_up("linux: error: the options have 0x%x bytes; this kernel takes 0x%x at most",
			bytes, (uint64_t)params->hdr.cmdline_size);
	params->hdr.cmd_line_ptr = (uint32_t)phys;
	params->ext_cmd_line_ptr = (uint32_t)(phys >> 32);
}

static void fill_initrd(struct boot_params *params, const struct keel_module *initrd)
{
	params->hdr.ramdisk_image = (uint32_t)initrd->phys;
	params->ext_ramdisk_image = (uint32_t)(initrd->phys >> 32);
	params->hdr.ramdisk_size = (uint32_t)initrd->bytes;
	params->ext_ramdisk_size = (uint32_t)(initrd->bytes >> 32);
}

static struct colour colour_of(uint32_t mask)
{
	struct colour colour = { 0 };

	for (uint8_t bit = 0; bit < 32; bit++)
		if (mask >> bit & 1 && !colour.size++)
			colour.pos = bit;
	return colour;
}

/* efifb and simpledrm draw on it. */
static void fill_screen(struct screen_info *to, const struct keel_framebuffer *screen)
{
	const uint32_t colours = screen->red_mask | screen->green_mask | screen->blue_mask;
	const uint64_t line_bytes = (uint64_t)screen->stride * screen->bytes_per_pixel;
	const uint32_t depth = screen->bytes_per_pixel * 8;

	if (screen->format == KEEL_PIXEL_NONE)
		return;
	if (screen->width > UINT16_MAX || screen->height > UINT16_MAX || line_bytes > UINT16_MAX) {
		say("linux: note: the screen has more pixels than Linux can be told of; it stays dark");
		return;
	}
	*to = (struct screen_info){
		.orig_video_is_vga = VIDEO_TYPE_EFI,
		.lfb_width = (uint16_t)screen->width,
		.lfb_height = (uint16_t)screen->height,
		.lfb_depth = (uint16_t)depth,
		.lfb_base = (uint32_t)screen->phys,
		.ext_lfb_base = (uint32_t)(screen->phys >> 32),
		.lfb_size = (uint32_t)(line_bytes * screen->height),
		.lfb_linelength = (uint16_t)line_bytes,
		.red = colour_of(screen->red_mask),
		.green = colour_of(screen->green_mask),
		.blue = colour_of(screen->blue_mask),
		.rsvd = colour_of((uint32_t)((UINT64_C(1) << depth) - 1) & ~colours),
		.pages = 1,
		.capabilities = screen->phys >> 32 ? VIDEO_BASE_64_BIT : 0,
	};
}

/* Of the seed no copy stays but this one, which Linux wipes. */
static void fill_seed(struct boot_params *params, uint8_t *seed)
{
	struct setup_data *data = pages_take(sizeof(*data) + KEEL_RANDOM_SEED_BYTES);

	__builtin_memcpy(data + 1, seed, KEEL_RANDOM_SEED_BYTES);
	__builtin_memset(seed, 0, KEEL_RANDOM_SEED_BYTES);
	params_add(params, data, SETUP_RNG_SEED, KEEL_RANDOM_SEED_BYTES);
}

void params_fill(struct boot_params *params)
{
	const bool secure = boot->secure_boot == KEEL_SECURE_BOOT_ON;

	fill_command_line(params);
	if (boot->module_count > 1)
		fill_initrd(params, boot->modules + 1);
	fill_screen(&params->screen_info, &boot->framebuffer);
	if (boot->random_source != KEEL_RANDOM_NONE)
		fill_seed(params, (uint8_t *)boot->random_seed);
	params->secure_boot = secure ? SECURE_BOOT_ENABLED : SECURE_BOOT_DISABLED;
}

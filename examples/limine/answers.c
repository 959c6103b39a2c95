/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The answer to each request: a function each, in a table. NULL is none, as the protocol has it
 * where something is not there. Pointers are direct-map addresses.
 */
#include "adapter.h"
#include <keel/runtime.h>

#define MILLION UINT64_C(1000000)

typedef const struct limine_request request_t;

static void *words(uint64_t first, uint64_t second, uint64_t third, uint64_t fourth)
{
	struct limine_words *response = take(sizeof(*response));

	*response = (struct limine_words){ 0, { first, second, third, fourth } };
	return response;
}

/* A path as Limine has it, with slashes, one of them at its start. */
static char *path_of(const char *text)
{
	uint64_t length = 0;
	char *path, *to;

	while (text[length])
		length++;
	to = path = take(length + 2);
	if (*text != '\\' && *text != '/')
		*to++ = '/';
	for (; *text; text++)
		*to++ = *text == '\\' ? '/' : *text;
	return path;
}

static void *bootloader(const struct guest *guest, request_t *request)
{
	(void)request;
	/* A literal is in the kernel's image, not in the direct map: so it is copied. */
	return words((uint64_t)(path_of("/Keel") + 1), (uint64_t)guest->info->keel_version, 0, 0);
}

static void *command_line(const struct guest *guest, request_t *request)
{
	(void)request;
	return words((uint64_t)guest->info->command_line, 0, 0, 0);
}

static void *firmware_type(const struct guest *guest, request_t *request)
{
	(void)guest, (void)request;
	return words(2, 0, 0, 0); /* UEFI of 64 bits */
}

static void *granted(const struct guest *guest, request_t *request)
{
	(void)guest, (void)request;
	return words(0, 0, 0, 0);
}

static void *direct_map(const struct guest *guest, request_t *request)
{
	(void)guest, (void)request;
	return words(KEEL_DIRECT_MAP_START, 0, 0, 0);
}

static uint8_t shift_of(uint32_t mask)
{
	return mask ? (uint8_t)__builtin_ctz(mask) : 0;
}

static uint8_t size_of(uint32_t mask)
{
	uint8_t bits = 0;

	for (; mask; mask &= mask - 1)
		bits++;
	return bits;
}

static struct limine_video_mode **only_mode(const struct limine_framebuffer *screen)
{
	struct limine_video_mode **modes = take(sizeof(void *));

	*modes = take(sizeof(**modes));
	**modes = (struct limine_video_mode){
		screen->pitch_bytes, screen->width,	screen->height,	    screen->bits_per_pixel,
		screen->model,	     screen->red_size,	screen->red_shift,  screen->green_size,
		screen->green_shift, screen->blue_size, screen->blue_shift,
	};
	return modes;
}

static struct limine_framebuffer *one_screen(const struct keel_screen *from)
{
	const struct keel_framebuffer *pixels = &from->framebuffer;
	struct limine_framebuffer *screen = take(sizeof(*screen));

	*screen = (struct limine_framebuffer){
		.address = (void *)pixels->virt,
		.width = pixels->width,
		.height = pixels->height,
		.pitch_bytes = (uint64_t)pixels->stride * pixels->bytes_per_pixel,
		.bits_per_pixel = (uint16_t)(pixels->bytes_per_pixel * 8),
		.model = 1,
		.red_size = size_of(pixels->red_mask),
		.red_shift = shift_of(pixels->red_mask),
		.green_size = size_of(pixels->green_mask),
		.green_shift = shift_of(pixels->green_mask),
		.blue_size = size_of(pixels->blue_mask),
		.blue_shift = shift_of(pixels->blue_mask),
		.edid = (void *)from->edid,
		.edid_bytes = from->edid_bytes,
		.mode_count = 1,
	};
	screen->modes = only_mode(screen);
	return screen;
}

static void *framebuffer(const struct guest *guest, request_t *request)
{
	const struct keel_boot_info *info = guest->info;
	struct limine_framebuffer **list = take(info->screen_count * sizeof(void *));
	struct limine_words *response;

	(void)request;
	if (!info->screen_count)
		return NULL;
	for (uint64_t n = 0; n < info->screen_count; n++)
		list[n] = one_screen(&info->screens[n]);
	response = words(info->screen_count, (uint64_t)list, 0, 0);
	response->revision = 1;
	return response;
}

/* Four levels. argument[2] is the least that the kernel can do with, from request revision 1 on. */
static void *paging_mode(const struct guest *guest, request_t *request)
{
	(void)guest;
	if (request->revision >= 1 && request->argument[2] > 0)
		give_up("the kernel wants five levels of page tables");
	return words(0, 0, 0, 0);
}

static void *cpus(const struct guest *guest, request_t *request)
{
	(void)request;
	return guest->cpus;
}

static void *file(void *data, uint64_t bytes, const char *path, const char *string)
{
	struct limine_file *made = take(sizeof(*made));

	*made = (struct limine_file){
		.address = data, .bytes = bytes, .path = path_of(path), .string = string
	};
	return made;
}

static void *kernel_file(const struct guest *guest, request_t *request)
{
	const struct keel_boot_info *info = guest->info;

	(void)request;
	if (!guest->file_virt)
		return NULL;
	return words((uint64_t)file((void *)KEEL_DIRECT_MAP(guest->file_virt - KEEL_TEXT_START +
							    info->phys_base),
				    guest->file_bytes, info->kernel_path, info->command_line),
		     0, 0, 0);
}

static void *modules(const struct guest *guest, request_t *request)
{
	const struct keel_boot_info *info = guest->info;
	void **list = take(info->module_count * sizeof(void *));

	(void)request;
	for (uint64_t n = 0; n < info->module_count; n++)
		list[n] = file(info->modules[n].data, info->modules[n].bytes, info->modules[n].name,
			       info->modules[n].options);
	return info->module_count ? words(info->module_count, (uint64_t)list, 0, 0) : NULL;
}

/* A table of the firmware's, whose address is physical in some base revisions. */
static uint64_t place(uint64_t phys, int physical)
{
	return !phys ? 0 : physical ? phys : KEEL_DIRECT_MAP(phys);
}

static void *rsdp(const struct guest *guest, request_t *request)
{
	const uint64_t phys = guest->info->rsdp_phys;

	(void)request;
	return phys ? words(place(phys, guest->revision == 3), 0, 0, 0) : NULL;
}

static int is_3_or_4(const struct guest *guest)
{
	return guest->revision == 3 || guest->revision == 4;
}

static void *smbios(const struct guest *guest, request_t *request)
{
	const struct keel_boot_info *info = guest->info;

	(void)request;
	if (!info->smbios_phys && !info->smbios3_phys)
		return NULL;
	return words(place(info->smbios_phys, is_3_or_4(guest)),
		     place(info->smbios3_phys, is_3_or_4(guest)), 0, 0);
}

static void *efi_system(const struct guest *guest, request_t *request)
{
	(void)request;
	return words(place(guest->info->efi_system_table_phys, is_3_or_4(guest)), 0, 0, 0);
}

static void *efi_map(const struct guest *guest, request_t *request)
{
	const struct keel_boot_info *info = guest->info;

	(void)request;
	return words((uint64_t)info->efi_map, info->efi_map_bytes, info->efi_map_stride,
		     info->efi_map_version);
}

/* Days from 1 January 1970: years begin in March, so that a leap day ends one. */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
	const int64_t years = month > 2 ? year : year - 1;
	const int64_t months = (month + 9) % 12;

	return years * 365 + years / 4 - years / 100 + years / 400 + (months * 153 + 2) / 5 + day -
	       1 - 719468;
}

static void *date(const struct guest *guest, request_t *request)
{
	const struct keel_efi_runtime *efi = keel_runtime(guest->info);
	struct keel_efi_time time;
	int64_t seconds;

	(void)request;
	if (!efi || !keel_runtime_offers(guest->info, KEEL_RT_GET_TIME) ||
	    efi->get_time(&time, NULL) != KEEL_EFI_SUCCESS)
		return NULL;
	seconds = days_of(time.year, time.month, time.day) * 86400 + time.hour * 3600 +
		  time.minute * 60 + time.second;
	if (time.time_zone != KEEL_EFI_UNSPECIFIED_TIMEZONE)
		seconds += time.time_zone * 60;
	return words((uint64_t)seconds, 0, 0, 0);
}

static void *kernel_address(const struct guest *guest, request_t *request)
{
	const struct keel_segment *first = guest->info->segments;

	(void)request;
	return words(first->phys, first->virt, 0, 0);
}

static void *performance(const struct guest *guest, request_t *request)
{
	const struct keel_boot_info *info = guest->info;
	const uint64_t mhz = info->tsc_hz / MILLION;

	(void)request;
	return mhz ? words(0, info->entry_tsc / mhz, info->jump_tsc / mhz, 0) : NULL;
}

static void *tsc(const struct guest *guest, request_t *request)
{
	(void)request;
	return guest->info->tsc_hz ? words(guest->info->tsc_hz, 0, 0, 0) : NULL;
}

/* Keel's seed is all that there is: four values. */
static void *entropy(const struct guest *guest, request_t *request)
{
	const uint64_t most = KEEL_RANDOM_SEED_BYTES / sizeof(uint64_t);
	uint64_t *values = take(KEEL_RANDOM_SEED_BYTES);
	const uint64_t count = request->argument[0] < most ? request->argument[0] : most;
	volatile uint8_t *seed = ((struct keel_boot_info *)guest->info)->random_seed;

	if (guest->info->random_source == KEEL_RANDOM_NONE)
		return NULL;
	for (uint64_t n = 0; n < count * sizeof(*values); n++) {
		((volatile uint8_t *)values)[n] = seed[n];
		seed[n] = 0;
	}
	return words(count, count ? (uint64_t)values : 0, 0, 0);
}

static void *memory(const struct guest *guest, request_t *request)
{
	(void)request;
	return memory_map(guest);
}

static void *(*const answers[LIMINE_REQUEST_COUNT])(const struct guest *, request_t *) = {
	[LIMINE_BOOTLOADER] = bootloader,
	[LIMINE_COMMAND_LINE] = command_line,
	[LIMINE_FIRMWARE_TYPE] = firmware_type,
	[LIMINE_STACK_SIZE] = granted,
	[LIMINE_HHDM] = direct_map,
	[LIMINE_FRAMEBUFFER] = framebuffer,
	[LIMINE_PAGING_MODE] = paging_mode,
	[LIMINE_MP] = cpus,
	[LIMINE_MEMORY_MAP] = memory,
	[LIMINE_ENTRY_POINT] = granted,
	[LIMINE_KERNEL_FILE] = kernel_file,
	[LIMINE_MODULES] = modules,
	[LIMINE_RSDP] = rsdp,
	[LIMINE_SMBIOS] = smbios,
	[LIMINE_EFI_SYSTEM] = efi_system,
	[LIMINE_EFI_MAP] = efi_map,
	[LIMINE_DATE] = date,
	[LIMINE_KERNEL_ADDRESS] = kernel_address,
	[LIMINE_PERFORMANCE] = performance,
	[LIMINE_KEEP_IOMMU] = granted, /* Keel leaves IOMMUs as they are */
	[LIMINE_TSC] = tsc,
	[LIMINE_ENTROPY] = entropy,
};

static void answer_one(struct guest *guest, unsigned name)
{
	struct limine_request *request = guest->requests[name];
	void *response = request ? answers[name](guest, request) : NULL;

	if (response)
		write_word((uint64_t *)&request->response, (uint64_t)response);
}

/* The memory map last: it says what memory was taken for all others. */
void answer(struct guest *guest)
{
	for (unsigned name = 0; name < LIMINE_REQUEST_COUNT; name++)
		if (name != LIMINE_MEMORY_MAP)
			answer_one(guest, name);
	answer_one(guest, LIMINE_MEMORY_MAP);
}

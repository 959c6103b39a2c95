/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/file.h"
#include "lib/remarks.h"
#include "lib/smbios.h"
#include "lib/text.h"
#include "lib/utf.h"
#include "lib/x86.h"
#include "report/variable.h"
#include "machine/firmware_map.h"
#include "version.h"

#define MAX_PATH    40	 /* characters of the longest path, and its zero */
#define MAX_FILES   9999 /* reports on one volume */
#define LEAF_BRAND  0x80000002
#define BRAND_PARTS 3 /* leaves, of 16 characters each */

#define DESCRIPTOR_CHARACTERS 64   /* of the longest line for one */
#define NAMES_BYTES	      8192 /* for all that is said of the machine */

static struct smbios find_smbios(const struct machine *machine)
{
	const uint64_t phys3 = machine->tables.smbios3_phys;
	const uint64_t phys = phys3 ? phys3 : machine->tables.smbios_phys;
	struct smbios found = { 0 };

	if (listed_tables_hold(&machine->listed, phys,
			       phys3 ? SMBIOS3_ENTRY_BYTES : SMBIOS_ENTRY_BYTES))
		found = smbios_find((const void *)phys);
	if (!listed_tables_hold(&machine->listed, (uintptr_t)found.first, found.bytes))
		found.bytes = 0;
	return found;
}

static void print_smbios(struct text *out, const struct machine *machine)
{
	struct smbios left = find_smbios(machine);
	const uint8_t *s;

	while ((s = smbios_next(&left)))
		if (*s <= SMBIOS_SYSTEM)
			text_print(out, "# %s    %s, %s, %s\n", *s ? "system" : "bios  ",
				   smbios_string(s, 4), smbios_string(s, 5),
				   smbios_string(s, *s ? 6 : 8));
}

/* A character that is half of one, with no other half, is not UTF-16. */
static void print_vendor(struct text *out, const CHAR16 *vendor)
{
	unsigned bytes;

	for (; *vendor; vendor += bytes / sizeof(*vendor)) {
		uint32_t code;
		char utf8[5] = "";

		bytes = utf16_get(vendor, 2 * sizeof(*vendor), &code);
		if (!bytes) {
			code = '?';
			bytes = sizeof(*vendor);
		}
		utf8_put(code, utf8);
		text_print(out, "%s", utf8);
	}
}

static void print_machine(struct text *out, const struct firmware *fw,
			  const struct machine *machine)
{
	const EFI_SYSTEM_TABLE *system = fw->system;
	struct cpuid brand[BRAND_PARTS + 1] = { 0 };

	text_print(out, "# keel      " KEEL_VERSION_TEXT "\n# firmware  ");
	print_vendor(out, system->FirmwareVendor);
	for (unsigned n = 0; n < BRAND_PARTS; n++)
		brand[n] = cpuid(LEAF_BRAND + n, 0);
	text_print(out,
		   ", revision %h, UEFI %h\n"
		   "# cpu       %s, signature %h, %u address bits\n",
		   (uint64_t)system->FirmwareRevision, (uint64_t)system->Hdr.Revision,
		   (const char *)brand, (uint64_t)cpuid(1, 0).eax,
		   (uint64_t)machine->cpu.paging.phys_bits);
}

static void print_descriptors(struct text *out, const char *first, uint64_t bytes, uint64_t stride)
{
	/* What a broken Memory Attributes Table may say. */
	if (stride < sizeof(struct keel_efi_descriptor))
		return;
	for (const char *end = first + bytes; first < end; first += stride) {
		const struct keel_efi_descriptor *d = (const void *)first;

		text_print(out, "%u %h %u %h\n", (uint64_t)d->type, d->phys, d->pages,
			   d->attribute);
	}
}

/* Opens a file that was not there before, with the first free number; its path goes into `path`. */
static EFI_STATUS create_file(const struct volume *volume, char *path, EFI_FILE_HANDLE *file)
{
	EFI_STATUS status = EFI_SUCCESS;
	CHAR16 wide[MAX_PATH];

	for (uint64_t n = 1; n <= MAX_FILES; n++) {
		struct text out = { .start = path, .capacity = MAX_PATH };

		text_print(&out, "\\keel-report-%u.txt", n);
		for (uint64_t i = 0; i <= out.bytes; i++)
			wide[i] = (CHAR16)path[i];
		status = volume_open_handle(volume, wide, EFI_FILE_MODE_READ, file);
		if (status)
			break;
		(*file)->Close(*file);
	}
	if (status != EFI_NOT_FOUND)
		return status ? status : EFI_VOLUME_FULL;
	return volume_open_handle(volume, wide,
				  EFI_FILE_MODE_READ | EFI_FILE_MODE_WRITE | EFI_FILE_MODE_CREATE,
				  file);
}

static EFI_STATUS write_text(const struct firmware *fw, const struct volume *volume,
			     const struct text *text)
{
	char path[MAX_PATH];
	EFI_FILE_HANDLE file;
	EFI_STATUS status = create_file(volume, path, &file);
	UINTN bytes = text->bytes;

	if (EFI_ERROR(status))
		return status;
	status = file->Write(file, &bytes, text->start);
	if (!EFI_ERROR(status))
		status = file->Flush(file);
	if (EFI_ERROR(status)) {
		file->Delete(file); /* half a report helps nobody */
		return status;
	}
	file->Close(file);
	say(fw, "  report    written to %s\n", path);
	return EFI_SUCCESS;
}

/* The memory for the map, its attributes, and the text that is made of all. */
static EFI_STATUS allocate_memory(const struct firmware *fw, struct firmware_map *map,
				  struct text *text, struct block *block)
{
	EFI_STATUS status = firmware_map_measure(fw, map);
	char *memory;

	if (EFI_ERROR(status))
		return status;
	*text = (struct text){ .capacity = REMARKS_BYTES(KEEL_REPORT_BYTES) + NAMES_BYTES };
	text->capacity += (map->capacity / map->descriptors.stride + map->attributes.count) *
			  DESCRIPTOR_CHARACTERS;
	status = block_allocate(
		fw, block,
		BYTES_TO_PAGES(map->capacity + map->attributes_capacity + text->capacity),
		"the report");
	memory = block_memory(block);
	map->descriptors.first = memory;
	map->attributes_copy = memory + map->capacity;
	text->start = memory + map->capacity + map->attributes_capacity;
	return status;
}

/* Begins with what the last run has left. */
static EFI_STATUS write_report(const struct firmware *fw, const struct volume *volume,
			       const struct machine *machine, struct firmware_map *map,
			       struct text *text)
{
	char left_behind[KEEL_REPORT_BYTES];
	uint64_t bytes;
	EFI_STATUS status = report_variable_read(fw, left_behind, &bytes);

	if (!EFI_ERROR(status))
		status = firmware_map_read(fw, map);
	if (EFI_ERROR(status))
		return status;
	remarks_print(text, left_behind, bytes);
	print_smbios(text, machine);
	print_machine(text, fw, machine);
	print_descriptors(text, map->descriptors.first, map->descriptors.bytes,
			  map->descriptors.stride);
	text_print(text, KEEL_REPORT_ATTRIBUTES_LINE "\n");
	print_descriptors(text, map->attributes.entries,
			  map->attributes.count * map->attributes.stride, map->attributes.stride);
	if (text->cut)
		return EFI_BUFFER_TOO_SMALL;
	return write_text(fw, volume, text);
}

static bool has_report(const struct firmware *fw)
{
	char text[KEEL_REPORT_BYTES];
	uint64_t bytes;

	return !EFI_ERROR(report_variable_read(fw, text, &bytes));
}

void report_file_write(const struct firmware *fw, const struct volume *volume,
		       const struct machine *machine)
{
	struct firmware_map map;
	struct text text;
	struct block block = { 0 };
	EFI_STATUS status;

	/* There is none, or no way to read it. */
	if (!has_report(fw))
		return;
	status = allocate_memory(fw, &map, &text, &block);
	if (!EFI_ERROR(status))
		status = write_report(fw, volume, machine, &map, &text);
	block_free(fw, &block);
	if (EFI_ERROR(status)) {
		note(fw, "last report not written: EFI status %p", (uint64_t)status);
		return;
	}
	status = report_variable_delete(fw);
	if (EFI_ERROR(status))
		note(fw, "last report stays in its variable: EFI status %p", (uint64_t)status);
}

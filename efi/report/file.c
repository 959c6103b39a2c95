/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The report of the last run, which it left in a variable (keel/report.h), goes to a file on the
 * volume that keel.efi came from, with what is needed to understand it: docs/report.md. Lines that
 * are no descriptors begin with #: it is a memory map as in tests/maps.
 */
#include <keel/report.h>
#include "lib/x86.h"
#include "lib/text.h"
#include "lib/smbios.h"
#include "files/volume.h"

#define MAX_PATH    40	 /* characters of the longest path, and its zero */
#define MAX_FILES   9999 /* reports on one volume */
#define LEAF_BRAND  0x80000002
#define BRAND_PARTS 3 /* leaves, of 16 characters each */

static const EFI_GUID vendor = KEEL_VARIABLE_VENDOR;
static const CHAR16 name[] = KEEL_REPORT_NAME;

/* Text as it grows. What does not fit any more is left out; then next has come to the end. */
struct text {
	char *next;
	char *end;
};

/* Names are the firmware's, and may be anything. */
static void put(void *context, char c)
{
	struct text *out = context;

	if (c < ' ' && c != '\n')
		c = '?';
	if (out->next != out->end)
		*out->next++ = c;
}

static void print(struct text *out, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	format_text(put, out, format, arguments);
	va_end(arguments);
}

static void print_smbios(struct text *out, const struct keel_boot_info *facts)
{
	const uint64_t phys = facts->smbios3_phys ? facts->smbios3_phys : facts->smbios_phys;
	struct smbios left = smbios_find((const void *)phys);
	const uint8_t *s;

	while ((s = smbios_next(&left)))
		if (*s <= SMBIOS_SYSTEM)
			print(out, "# %s    %s, %s, %s\n", *s ? "system" : "bios  ",
			      smbios_string(s, 4), smbios_string(s, 5),
			      smbios_string(s, *s ? 6 : 8));
}

static void print_machine(struct text *out, const struct loader *l)
{
	const EFI_SYSTEM_TABLE *system = l->system;
	struct cpuid brand[BRAND_PARTS + 1] = { 0 };

	print(out, "# firmware  ");
	for (const CHAR16 *c = system->FirmwareVendor; *c; c++)
		put(out, (char)*c);
#pragma GCC unroll 1 /* each round is large */
	for (unsigned n = 0; n < BRAND_PARTS; n++)
		brand[n] = cpuid(LEAF_BRAND + n, 0);
	print(out,
	      ", revision %x, UEFI %x\n"
	      "# cpu       %s, signature %x, %u address bits\n",
	      (uint64_t)system->FirmwareRevision, (uint64_t)system->Hdr.Revision, brand,
	      (uint64_t)cpuid(1, 0).eax, (uint64_t)l->machine.phys_bits);
}

static void print_descriptors(struct text *out, const char *first, uint64_t bytes, uint64_t stride)
{
	/* What a broken Memory Attributes Table may say. */
	if (stride < sizeof(struct keel_efi_descriptor))
		return;
	for (const char *end = first + bytes; first < end; first += stride) {
		const struct keel_efi_descriptor *d = (const void *)first;

		print(out, "%u %x %u %x\n", (uint64_t)d->type, d->phys, d->pages, d->attribute);
	}
}

static void print_all(struct text *out, const struct loader *l)
{
	const struct mm_descriptors *map = &l->request.descriptors;
	const struct mm_memory_attributes *attributes = &l->request.attributes;

	print_smbios(out, &l->facts);
	print_machine(out, l);
	print_descriptors(out, map->first, map->bytes, map->stride);
	print(out, KEEL_REPORT_ATTRIBUTES_LINE "\n");
	print_descriptors(out, attributes->entries, attributes->count * attributes->stride,
			  attributes->stride);
}

/* Opens a file that was not there before, with the first free number; its path goes into `path`. */
static EFI_STATUS create(const struct loader *l, char *path, EFI_FILE_HANDLE *file)
{
	EFI_STATUS status = EFI_SUCCESS;
	CHAR16 wide[MAX_PATH];

	for (uint64_t n = 1; n <= MAX_FILES; n++) {
		struct text out = { path, path + MAX_PATH - 1 };

		print(&out, "\\keel-report-%u.txt", n);
		*out.next = 0;
		for (unsigned i = 0; i < MAX_PATH; i++)
			wide[i] = (CHAR16)path[i];
		status = volume_open_handle(l, wide, EFI_FILE_MODE_READ, file);
		if (status)
			break;
		(*file)->Close(*file);
	}
	if (status != EFI_NOT_FOUND)
		return status ? status : EFI_VOLUME_FULL;
	return volume_open_handle(
		l, wide, EFI_FILE_MODE_READ | EFI_FILE_MODE_WRITE | EFI_FILE_MODE_CREATE, file);
}

static EFI_STATUS delete_variable(const struct loader *l)
{
	return l->runtime->SetVariable((CHAR16 *)name, (EFI_GUID *)&vendor, 0, 0, NULL);
}

/* The text begins with what the last run has left, which is there already; `out` goes on behind it. */
static EFI_STATUS write_file(const struct loader *l, char *path, char *text, struct text *out)
{
	EFI_FILE_HANDLE file;
	EFI_STATUS status = create(l, path, &file);
	UINTN bytes;

	if (EFI_ERROR(status))
		return status;
	print_all(out, l);
	bytes = out->next - text;
	status = EFI_BUFFER_TOO_SMALL;
	if (out->next != out->end)
		status = file->Write(file, &bytes, text);
	if (!EFI_ERROR(status))
		status = file->Flush(file);
	if (EFI_ERROR(status)) {
		file->Delete(file); /* half a report helps nobody */
		return status;
	}
	file->Close(file);
	say(l, "  report    written to %s\n", path);
	return EFI_SUCCESS;
}

/* What is to be planned lies there otherwise: several times what a report takes. */
static struct text use_memory(const struct loader *l)
{
	return (struct text){ l->runtime_map, (char *)l->slots };
}

void report_write(struct loader *l)
{
	struct text out = use_memory(l);
	char *path = out.next;
	char *text = path + MAX_PATH;
	UINTN bytes = KEEL_REPORT_BYTES;
	EFI_STATUS status;

	/* There is none, or no way to read it. */
	if (EFI_ERROR(l->runtime->GetVariable((CHAR16 *)name, (EFI_GUID *)&vendor, NULL, &bytes,
					      text)))
		return;
	out.next = text + bytes;
	status = memory_map_get(l);
	if (!EFI_ERROR(status))
		status = write_file(l, path, text, &out);
	if (EFI_ERROR(status)) {
		say(l, "  note      last report not written: EFI status %p\n", (uint64_t)status);
		return;
	}
	status = delete_variable(l);
	if (EFI_ERROR(status))
		say(l, "  note      last report stays in its variable: EFI status %p\n",
		    (uint64_t)status);
}

static void keep(const struct loader *l, const char *text, UINTN bytes)
{
	EFI_RUNTIME_SERVICES *services = l->runtime;
	UINT64 maximum;
	UINT64 remaining;
	UINT64 largest;

	/* EFI 1.10 knows no QueryVariableInfo. */
	if (services->Hdr.HeaderSize >= sizeof(*services) &&
	    !services->QueryVariableInfo(KEEL_REPORT_ATTRIBUTES, &maximum, &remaining, &largest) &&
	    keel_report_fits(bytes, remaining, largest))
		services->SetVariable((CHAR16 *)name, (EFI_GUID *)&vendor, KEEL_REPORT_ATTRIBUTES,
				      bytes, (void *)text);
}

/*
 * The self-check puts its own in the place of this. What other kernels do is not known. A report that
 * could not be written to a file is worth more than this.
 */
void report_begin(struct loader *l)
{
	static const char text[] = KEEL_REPORT_FIRST_LINE
		"\n# keel: the self-check was started, and nothing is known of its end\n";
	UINTN bytes = 0;

	l->noted =
		!l->entry->kernel && l->runtime->GetVariable((CHAR16 *)name, (EFI_GUID *)&vendor,
							     NULL, &bytes, NULL) == EFI_NOT_FOUND;
	if (l->noted)
		keep(l, text, sizeof(text) - 1);
}

void report_withdraw(const struct loader *l)
{
	if (l->noted)
		delete_variable(l);
}

void report_keep(const struct loader *l, const char *format, va_list arguments)
{
	struct text out = use_memory(l);
	char *text = out.next;

	print(&out, KEEL_REPORT_FIRST_LINE "\n# keel: fatal: ");
	format_text(put, &out, format, arguments);
	put(&out, '\n');
	keep(l, text, out.next - text);
}

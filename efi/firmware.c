/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The firmware's console, protocols and pages. Not gnu-efi's Print: that is compiled with SSE
 * instructions, which not all firmware turns on.
 */
#include "firmware.h"
#include "lib/quirks.h"
#include "lib/text.h"
#include "lib/utf.h"

#define REPLACEMENT_CHARACTER 0xfffd

#define EFI_2_00 0x20000 /* EFI_2_00_SYSTEM_TABLE_REVISION: UEFI 2.10, 4.3 */

/* What one OutputString gets; more than that many characters are several. */
struct console_text {
	SIMPLE_TEXT_OUTPUT_INTERFACE *out;
	unsigned length;
	CHAR16 text[512];
	char character[4]; /* UTF-8, as far as it has come in */
	unsigned character_bytes;
};

static void flush(struct console_text *console)
{
	console->text[console->length] = 0;
	if (console->length)
		console->out->OutputString(console->out, console->text);
	console->length = 0;
}

static void put_unit(struct console_text *console, CHAR16 unit)
{
	console->text[console->length++] = unit;
	if (console->length == sizeof(console->text) / sizeof(console->text[0]) - 1)
		flush(console);
}

/* A byte of UTF-8, which has been checked where it came from. */
static void put_to_console(void *context, char c)
{
	struct console_text *console = context;
	uint32_t code;

	if (c == '\n')
		put_unit(console, '\r');
	console->character[console->character_bytes++] = c;
	if (utf8_get(console->character, console->character_bytes, &code))
		/* Consoles know UCS-2 only (UEFI 2.10 12.4). */
		put_unit(console, code > 0xffff ? REPLACEMENT_CHARACTER : (CHAR16)code);
	else if (console->character_bytes < sizeof(console->character))
		return;
	console->character_bytes = 0;
}

static struct console_text console_open(const struct firmware *fw)
{
	return (struct console_text){ .out = fw->exited ? NULL : fw->system->ConOut };
}

static void print_list(struct console_text *console, const char *format, va_list arguments)
{
	if (console->out)
		text_format(put_to_console, console, format, arguments);
}

static void print(struct console_text *console, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	print_list(console, format, arguments);
	va_end(arguments);
}

static void show_list(const struct firmware *fw, const char *format, va_list arguments)
{
	struct console_text console = console_open(fw);

	print_list(&console, format, arguments);
	flush(&console);
}

void say(const struct firmware *fw, const char *format, ...)
{
	va_list arguments;

	if (fw->quiet)
		return;
	va_start(arguments, format);
	show_list(fw, format, arguments);
	va_end(arguments);
}

void show(const struct firmware *fw, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	show_list(fw, format, arguments);
	va_end(arguments);
}

void note(const struct firmware *fw, const char *format, ...)
{
	struct console_text console = console_open(fw);
	va_list arguments;

	print(&console, "  note      ");
	va_start(arguments, format);
	print_list(&console, format, arguments);
	va_end(arguments);
	print(&console, "\n");
	flush(&console);
}

EFI_STATUS fail(const struct firmware *fw, EFI_STATUS status, const char *format, ...)
{
	struct console_text console = console_open(fw);
	va_list arguments;

	print(&console, "keel: error: ");
	va_start(arguments, format);
	print_list(&console, format, arguments);
	va_end(arguments);
	print(&console, " (EFI status %p)\n", (uint64_t)status);
	flush(&console);
	return status;
}

/* EFI 1.10 ends its table before them; what is there is something else. */
static bool has_efi_2(const EFI_SYSTEM_TABLE *system, uint32_t quirks)
{
	const EFI_TABLE_HEADER *services = &system->RuntimeServices->Hdr;

	return system->Hdr.Revision >= EFI_2_00 && services->Revision >= EFI_2_00 &&
	       services->HeaderSize >= sizeof(EFI_RUNTIME_SERVICES) && !(quirks & QUIRK_EFI_1_10);
}

void firmware_start(struct firmware *fw, EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
	const uint32_t quirks = quirks_of_vendor(system->FirmwareVendor);

	*fw = (struct firmware){
		.image = image,
		.system = system,
		.boot = system->BootServices,
		.runtime = system->RuntimeServices,
		.quirks = quirks,
		.has_efi_2 = has_efi_2(system, quirks),
	};
	/*
	 * Loading and proving a kernel may take longer than the five minutes the firmware allows.
	 */
	fw->boot->SetWatchdogTimer(0, 0, 0, NULL);
}

/* The prototypes forget that GUIDs are constant. */
void *protocol_of(const struct firmware *fw, EFI_HANDLE handle, const EFI_GUID *guid)
{
	void *interface;

	if (EFI_ERROR(fw->boot->HandleProtocol(handle, (EFI_GUID *)guid, &interface)))
		return NULL;
	return interface;
}

void *protocol_first(const struct firmware *fw, const EFI_GUID *guid)
{
	void *interface;

	if (EFI_ERROR(fw->boot->LocateProtocol((EFI_GUID *)guid, NULL, &interface)))
		return NULL;
	return interface;
}

static EFI_STATUS allocate_pages(const struct firmware *fw, struct block *block,
				 EFI_ALLOCATE_TYPE type, uint64_t phys, uint64_t pages)
{
	EFI_PHYSICAL_ADDRESS address = phys;
	const EFI_STATUS status = fw->boot->AllocatePages(type, EfiLoaderData, pages, &address);

	*block = EFI_ERROR(status) ? (struct block){ 0 } : (struct block){ address, pages };
	return status;
}

EFI_STATUS block_allocate(const struct firmware *fw, struct block *block, uint64_t pages,
			  const char *what)
{
	const EFI_STATUS status = allocate_pages(fw, block, AllocateAnyPages, 0, pages);

	if (!EFI_ERROR(status))
		return EFI_SUCCESS;
	return fail(fw, status, "no memory for %s: %u pages of 4 KiB", what, pages);
}

EFI_STATUS block_allocate_below(const struct firmware *fw, struct block *block, uint64_t last,
				uint64_t pages)
{
	return allocate_pages(fw, block, AllocateMaxAddress, last, pages);
}

EFI_STATUS block_allocate_at(const struct firmware *fw, struct block *block, uint64_t phys,
			     uint64_t pages)
{
	return allocate_pages(fw, block, AllocateAddress, phys, pages);
}

void block_free(const struct firmware *fw, struct block *block)
{
	if (block->pages)
		fw->boot->FreePages(block->phys, block->pages);
	block->pages = 0;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The bzImage: whether it can be started at its 64-bit entry by one who has left boot services
 * behind, and where it unpacks itself.
 */
#include "linux.h"

static const struct setup_header *header_of(const struct keel_module *module)
{
	return (const void *)((const char *)module->data + offsetof(struct boot_params, hdr));
}

/* Of the code for protected and long mode, in the file. */
static struct piece code_of(const struct setup_header *header)
{
	const uint64_t setup = header->setup_sects ? header->setup_sects : DEFAULT_SECTS;

	return (struct piece){ (setup + 1) * SECTOR_BYTES, header->syssize * UINT64_C(16) };
}

static uint64_t header_bytes(const struct setup_header *header)
{
	return offsetof(struct setup_header, header) + header->header_bytes;
}

static void refuse_if(bool wrong, const struct keel_module *module, const char *what)
{
	if (wrong)
		give_up("linux: error: %s %s", module->name, what);
}

void image_check(const struct keel_module *module)
{
	const struct setup_header *h = header_of(module);
	struct piece code;

	refuse_if(
		module->bytes < sizeof(struct boot_params) || h->boot_flag != HEADER_BOOT_FLAG ||
			h->header != HEADER_MAGIC || !(h->loadflags & LOADED_HIGH),
		module,
		"is not a bzImage: the first module has to be a Linux kernel, such as /boot/vmlinuz of a distribution");
	code = code_of(h);
	refuse_if(h->version < HEADER_VERSION, module,
		  "has a boot protocol before 2.12: it is older than Linux 3.8");
	refuse_if(!(h->xloadflags & XLF_KERNEL_64), module,
		  "has no 64-bit entry: it is a kernel for 32-bit processors");
	refuse_if(!(h->xloadflags & XLF_ABOVE_4G) || !h->relocatable_kernel, module,
		  "cannot be loaded at any address: it needs CONFIG_RELOCATABLE");
	refuse_if(
		!(h->xloadflags & XLF_EFI_KEXEC), module,
		"does not take over runtime services that were moved before (XLF_EFI_KEXEC): it needs CONFIG_EFI and CONFIG_KEXEC_CORE");
	refuse_if(code.phys + code.bytes > module->bytes, module,
		  "is cut off: its setup header promises more bytes than are there");
	refuse_if(offsetof(struct boot_params, hdr) + header_bytes(h) > HEADER_END, module,
		  "has a setup header that is larger than boot_params has room for");
	refuse_if(!h->kernel_alignment || h->kernel_alignment & (h->kernel_alignment - 1), module,
		  "wants to be aligned to what is no power of two");
	refuse_if(h->init_size < code.bytes, module,
		  "says that it unpacks in less memory (init_size) than it takes packed");
}

#define COPY_BYTES 256 /* all registers of SSE */

/*
 * SSE works at kernel entry, and compilers are told to leave its registers alone. Emulators take
 * many times as long for `rep movsb`.
 */
static void copy(char *to, const char *from, uint64_t bytes)
{
	for (; bytes >= COPY_BYTES; bytes -= COPY_BYTES, to += COPY_BYTES, from += COPY_BYTES)
		__asm__ volatile(".irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15\n\t"
				 "movups 16 * \\n(%1), %%xmm\\n\n\t"
				 ".endr\n\t"
				 ".irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15\n\t"
				 "movups %%xmm\\n, 16 * \\n(%0)\n\t"
				 ".endr"
				 :
				 : "r"(to), "r"(from)
				 : "memory");
	__builtin_memcpy(to, from, bytes);
}

/*
 * Where it is loaded is where it unpacks itself, in init_size bytes. Below pref_address it would
 * move there, over whatever is there.
 */
void image_place(const struct keel_module *module)
{
	const struct setup_header *h = header_of(module);
	const struct piece code = code_of(h);
	const uint64_t phys = pages_find(h->init_size, h->kernel_alignment, h->pref_address);

	if (!phys)
		give_up("linux: error: no 0x%x free bytes in one piece from 0x%x on for %s: the machine has too little memory",
			(uint64_t)h->init_size, h->pref_address, module->name);
	linux_itself = (struct piece){ phys, h->init_size };
	copy((void *)KEEL_DIRECT_MAP(phys), (char *)module->data + code.phys, code.bytes);
}

void image_header(const struct keel_module *module, struct boot_params *params)
{
	const struct setup_header *header = header_of(module);

	__builtin_memcpy(&params->hdr, header, header_bytes(header));
	params->hdr.type_of_loader = LOADER_UNKNOWN;
	params->hdr.setup_data = 0;
}

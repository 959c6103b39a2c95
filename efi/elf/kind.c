/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a file is that cannot be a kernel for Keel: formats that are taken for one, by the bytes
 * that they begin with, and ELF files for something else. Each has a sentence that names it and
 * says what to do.
 */
#include "elf/parts.h"

#define START_BYTES 1024 /* of the file: as far as the offsets below reach */

#define UNPACK(command) "unpack it with " command
#define START_IT	"start it from the firmware's boot menu or the UEFI shell"
#define LINK_IT		"link it as an ELF64 executable (ld -m elf_x86_64)"
#define BUILD_IT	"build it for x86-64 (gcc -m64, clang --target=x86_64-elf)"
#define NAME_IT		"name the kernel's ELF file"

/* bytes: a string constant. The first row that fits counts. */
#define MAGIC(offset, bytes, what, remedy)                     \
	{                                                      \
		offset, sizeof(bytes) - 1, bytes, what, remedy \
	}

static const struct magic {
	uint16_t offset;
	uint16_t length;
	const char *bytes;
	const char *what; /* after "it is" */
	const char *remedy;
} magics[] = {
	MAGIC(0, "\x1f\x8b", "compressed with gzip", UNPACK("gunzip")),
	MAGIC(0, "BZh", "compressed with bzip2", UNPACK("bunzip2")),
	MAGIC(0, "\xfd\x37zXZ", "compressed with xz", UNPACK("unxz")),
	MAGIC(0, "\x28\xb5\x2f\xfd", "compressed with zstd", UNPACK("unzstd")),
	MAGIC(0, "\x04\x22\x4d\x18", "compressed with lz4", UNPACK("unlz4")),
	MAGIC(0, "\x02\x21\x4c\x18", "compressed with lz4", UNPACK("unlz4")),
	MAGIC(0, "\x89LZO", "compressed with lzop", UNPACK("lzop -d")),
	MAGIC(0, "\x5d\0\0", "compressed with lzma", UNPACK("unlzma")),
	/* Linux, Documentation/arch/x86/boot.rst. It is a PE image, too. */
	MAGIC(0x202, "HdrS", "a Linux kernel (bzImage)", START_IT),
	MAGIC(0, "MZ", "a PE image, as EFI and Windows programs are", START_IT ", or " LINK_IT),
	MAGIC(0, "\x4c\x01", "a COFF file for i386", LINK_IT),
	MAGIC(0, "\x64\x86", "a COFF file for x86-64", LINK_IT),
	MAGIC(0, "\xcf\xfa\xed\xfe", "a Mach-O file", BUILD_IT),
	MAGIC(0, "\xce\xfa\xed\xfe", "a Mach-O file of 32 bits", BUILD_IT),
	MAGIC(0, "\xca\xfe\xba\xbe", "a Mach-O file for several machines", BUILD_IT),
	/* OMAGIC, NMAGIC, ZMAGIC and QMAGIC, for machine 100 (i386) or for none: a.out(5). */
	MAGIC(0, "\x07\x01\x64\0", "an a.out file for i386", LINK_IT),
	MAGIC(0, "\x08\x01\x64\0", "an a.out file for i386", LINK_IT),
	MAGIC(0, "\x0b\x01\x64\0", "an a.out file for i386", LINK_IT),
	MAGIC(0, "\xcc\0\x64\0", "an a.out file for i386", LINK_IT),
	MAGIC(0, "\x07\x01\0\0", "an a.out file", LINK_IT),
	MAGIC(0, "\x08\x01\0\0", "an a.out file", LINK_IT),
	MAGIC(0, "\x0b\x01\0\0", "an a.out file", LINK_IT),
	MAGIC(0, "!<arch>\n", "an archive of object files (ar)", LINK_IT),
	MAGIC(0, "!<thin>\n", "an archive of object files (ar)", LINK_IT),
	MAGIC(0, "BC\xc0\xde", "LLVM bitcode",
	      "compile it without -emit-llvm and -flto, or " LINK_IT),
	MAGIC(0, "\x27\x05\x19\x56", "an image for U-Boot (uImage)", NAME_IT),
	MAGIC(0, "\xd0\x0d\xfe\xed", "a device tree, or an image for U-Boot (FIT)", NAME_IT),
	MAGIC(0, "07070", "an archive (cpio), such as an initrd", "name that after 'module'"),
	MAGIC(257, "ustar", "an archive (tar)", NAME_IT),
	MAGIC(0, "PK\x03\x04", "an archive (zip)", NAME_IT),
	MAGIC(0, "#!", "a script", NAME_IT),
	MAGIC(512, "EFI PART", "the image of a disk", NAME_IT),
	MAGIC(510, "\x55\xaa", "the image of a disk or of a partition", NAME_IT),
};

static const struct {
	uint16_t machine; /* e_machine */
	const char *name;
} machines[] = {
	{ 2, "SPARC" },	      { 3, "i386, of 32 bits" }, { 8, "MIPS" },	    { 20, "PowerPC" },
	{ 21, "PowerPC" },    { 22, "S/390" },		 { 40, "ARM" },	    { 43, "SPARC" },
	{ 50, "Itanium" },    { 183, "AArch64" },	 { 243, "RISC-V" }, { 247, "BPF" },
	{ 258, "LoongArch" },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool fits(const struct magic *m, const char *start, uint64_t bytes)
{
	return bytes >= m->offset + m->length &&
	       !__builtin_memcmp(start + m->offset, m->bytes, m->length);
}

enum elf_result elf_refuse_format(struct file *file, uint32_t magic, struct elf_error *error)
{
	char start[START_BYTES];
	const uint64_t bytes = file->bytes < sizeof(start) ? file->bytes : sizeof(start);
	const enum elf_result result = elf_read(file, 0, start, bytes, error);

	if (result)
		return result;
	for (unsigned n = 0; n < COUNT(magics); n++)
		if (fits(magics + n, start, bytes))
			return elf_refuse(error, "it is %s, and no ELF file: %s", magics[n].what,
					  magics[n].remedy);
	return elf_expect(error, "no ELF file: its magic number", magic, ELF_MAGIC);
}

enum elf_result elf_check_machine(const struct elf_header *h, struct elf_error *error)
{
	const uint16_t machine =
		h->data == ELF_DATA_MSB ? __builtin_bswap16(h->machine) : h->machine;

	for (unsigned n = 0; n < COUNT(machines); n++)
		if (machine == machines[n].machine)
			return elf_refuse(error, "it is an ELF file for %s: " BUILD_IT,
					  machines[n].name);
	if (h->class == ELF_CLASS_32 && machine == ELF_MACHINE_X86_64)
		return elf_refuse(error,
				  "it is an ELF file of 32 bits, though for x86-64 (-mx32, or "
				  "objcopy -O): " LINK_IT);
	return elf_expect(error, "not a 64-bit file: EI_CLASS", h->class, ELF_CLASS_64) ||
	       elf_expect(error, "not little-endian: EI_DATA", h->data, ELF_DATA_LSB) ||
	       elf_expect(error, "not for x86-64: e_machine", h->machine, ELF_MACHINE_X86_64);
}

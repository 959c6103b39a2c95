/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * As much of Limine's boot protocol as the adapter answers, written from its specification
 * (PROTOCOL.md of limine-protocol; base revisions 0 to 6). Names are ours, the layouts are the
 * protocol's. Every request begins with its ID, of which the first half is the same for all.
 */
#ifndef LIMINE_PROTOCOL_H
#define LIMINE_PROTOCOL_H

#include <stdint.h>

#define LIMINE_MAGIC_0 UINT64_C(0xc7b1dd30df4c8b88)
#define LIMINE_MAGIC_1 UINT64_C(0x0a82e883a194f07b)

/* ID(name, its second half) of each request that is answered. */
/* clang-format off */
#define LIMINE_REQUESTS(ID)                                                       \
	ID(BOOTLOADER,     0xf55038d8e2a1202f, 0x279426fcf5f59740)                \
	ID(COMMAND_LINE,   0x4b161536e598651e, 0xb390ad4a2f1f303a)                \
	ID(FIRMWARE_TYPE,  0x8c2f75d90bef28a8, 0x7045a4688eac00c3)                \
	ID(STACK_SIZE,     0x224ef0460a8e8926, 0xe1cb0fc25f46ea3d)                \
	ID(HHDM,           0x48dcf1cb8ad2b852, 0x63984e959a98244b)                \
	ID(FRAMEBUFFER,    0x9d5827dcd881dd75, 0xa3148604f6fab11b)                \
	ID(PAGING_MODE,    0x95c1a0edab0944cb, 0xa4e5cb3842f7488a)                \
	ID(MP,             0x95a67b819a1b857e, 0xa0b61b723b6a73e0)                \
	ID(MEMORY_MAP,     0x67cf3d9d378a806f, 0xe304acdfc50c3c62)                \
	ID(ENTRY_POINT,    0x13d86c035a1cd3e1, 0x2b0caa89d8f3026a)                \
	ID(KERNEL_FILE,    0xad97e90e83f1ed67, 0x31eb5d1c5ff23b69)                \
	ID(MODULES,        0x3e7e279702be32af, 0xca1c4f3bd1280cee)                \
	ID(RSDP,           0xc5e77b6b397e7b43, 0x27637845accdcf3c)                \
	ID(SMBIOS,         0x9e9046f11e095391, 0xaa4a520fefbde5ee)                \
	ID(EFI_SYSTEM,     0x5ceba5163eaaf6d6, 0x0a6981610cf65fcc)                \
	ID(EFI_MAP,        0x7df62a431d6872d5, 0xa4fcdfb3e57306c8)                \
	ID(DATE,           0x502746e184c088aa, 0xfbc5ec83e6327893)                \
	ID(KERNEL_ADDRESS, 0x71ba76863cc55f63, 0xb2644a48c516a487)                \
	ID(PERFORMANCE,    0x6b50ad9bf36d13ad, 0xdc4c7e88fc759e17)                \
	ID(KEEP_IOMMU,     0x8ebaabe51f490179, 0x2aa86a59ffb4ab0f)                \
	ID(TSC,            0x10f2ee1d87d195e4, 0xf747a2b78f6ddb31)                \
	ID(ENTROPY,        0x65ea80255d5682c5, 0x9117240723f493eb)
/* clang-format on */

enum limine_request_name {
#define LIMINE_NAME(name, low, high) LIMINE_##name,
	LIMINE_REQUESTS(LIMINE_NAME)
#undef LIMINE_NAME
		LIMINE_REQUEST_COUNT
};

/* What goes before the requests and behind them, and the tag with the base revision. */
#define LIMINE_START_MARKER                                                        \
	{                                                                          \
		UINT64_C(0xf6b8f4b39de7d1ae), UINT64_C(0xfab91a6940fcb9cf),        \
			UINT64_C(0x785c6ed015d3e316), UINT64_C(0x181e920a7852b9d9) \
	}
#define LIMINE_END_MARKER                                                  \
	{                                                                  \
		UINT64_C(0xadc0e0531bb10d03), UINT64_C(0x9572709f31764c62) \
	}
#define LIMINE_BASE_TAG                                                    \
	{                                                                  \
		UINT64_C(0xf9562b2d5c95a6c8), UINT64_C(0x6a7b384944536bdc) \
	}
#define LIMINE_NEWEST 6 /* base revision that is known here */

struct limine_request {
	uint64_t id[4];
	uint64_t revision;
	void *response;
	uint64_t argument[3]; /* not all requests have these */
};

/* Most responses are their revision and a few words. */
struct limine_words {
	uint64_t revision;
	uint64_t word[4];
};

enum limine_memory_type {
	LIMINE_USABLE,
	LIMINE_RESERVED,
	LIMINE_ACPI_RECLAIMABLE,
	LIMINE_ACPI_NVS,
	LIMINE_BAD_MEMORY,
	LIMINE_LOADER_RECLAIMABLE,
	LIMINE_KERNEL_AND_MODULES,
	LIMINE_FRAMEBUFFER_MEMORY,
	LIMINE_RESERVED_MAPPED /* since base revision 4 */
};

struct limine_memory {
	uint64_t phys;
	uint64_t bytes;
	uint64_t type;
};

struct limine_video_mode {
	uint64_t pitch_bytes, width, height;
	uint16_t bits_per_pixel;
	uint8_t model; /* 1: RGB */
	uint8_t red_size, red_shift, green_size, green_shift, blue_size, blue_shift;
};

struct limine_framebuffer {
	void *address;
	uint64_t width, height, pitch_bytes;
	uint16_t bits_per_pixel;
	uint8_t model;
	uint8_t red_size, red_shift, green_size, green_shift, blue_size, blue_shift;
	uint8_t unused[7];
	uint64_t edid_bytes;
	void *edid;
	uint64_t mode_count;
	struct limine_video_mode **modes;
};

struct limine_file {
	uint64_t revision;
	void *address;
	uint64_t bytes;
	const char *path;
	const char *string;
	uint32_t medium; /* 0: none of those below is said */
	uint32_t unused;
	uint32_t tftp_address, tftp_port;
	uint32_t partition, mbr_disk;
	uint8_t gpt_disk[16], gpt_partition[16], volume[16];
};

struct limine_cpu {
	uint32_t acpi_uid;
	uint32_t apic_id;
	uint64_t reserved; /* here: the top of its stack */
	void (*go)(struct limine_cpu *cpu);
	uint64_t argument;
};

struct limine_cpus {
	uint64_t revision;
	uint32_t flags; /* bit 0: x2APIC mode */
	uint32_t first_apic_id;
	uint64_t cpu_count;
	struct limine_cpu **cpus;
};

_Static_assert(sizeof(struct limine_framebuffer) == 80, "as in the protocol");
_Static_assert(sizeof(struct limine_file) == 112, "as in the protocol");
_Static_assert(sizeof(struct limine_cpu) == 32, "as in the protocol");

#endif

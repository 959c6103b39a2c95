/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The firmware's runtime services, as a kernel calls them: UEFI 2.10, chapters 4 "EFI System Table"
 * and 8 "Services - Runtime Services". With it the time of day is one line:
 *
 *	const struct keel_efi_runtime *efi = keel_runtime(boot_info);
 *
 *	if (efi && keel_runtime_offers(boot_info, KEEL_RT_GET_TIME))
 *		status = efi->get_time(&time, NULL);
 *
 * All functions have the Microsoft calling convention, which the types below say (KEEL_EFI_CALL):
 * with another one the call seems to work and passes the wrong arguments. One call at a time, on a
 * stack that is aligned to 16 and has room; pointers are virtual addresses that are mapped; what
 * else holds is in docs/protocol.md, "Runtime services".
 *
 * A function returns KEEL_EFI_SUCCESS, a warning (small numbers), or an error (KEEL_EFI_IS_ERROR).
 *
 * Usable from C and from C++. Names of members and constants are those of the specification, in
 * lower case.
 */
#ifndef KEEL_RUNTIME_H
#define KEEL_RUNTIME_H

#include <keel/boot_info.h>

#define KEEL_EFI_CALL __attribute__((ms_abi))

/* EFI_STATUS (UEFI 2.10, appendix D): those that runtime services return. */
typedef uint64_t keel_efi_status;

#define KEEL_EFI_ERROR_BIT	  KEEL_U64(0x8000000000000000)
#define KEEL_EFI_ERROR(n)	  (KEEL_EFI_ERROR_BIT | (n))
#define KEEL_EFI_IS_ERROR(status) (((status)&KEEL_EFI_ERROR_BIT) != 0)

#define KEEL_EFI_SUCCESS	    KEEL_U64(0)
#define KEEL_EFI_INVALID_PARAMETER  KEEL_EFI_ERROR(2)
#define KEEL_EFI_UNSUPPORTED	    KEEL_EFI_ERROR(3)
#define KEEL_EFI_BUFFER_TOO_SMALL   KEEL_EFI_ERROR(5)
#define KEEL_EFI_DEVICE_ERROR	    KEEL_EFI_ERROR(7)
#define KEEL_EFI_WRITE_PROTECTED    KEEL_EFI_ERROR(8)
#define KEEL_EFI_OUT_OF_RESOURCES   KEEL_EFI_ERROR(9)
#define KEEL_EFI_NOT_FOUND	    KEEL_EFI_ERROR(14)
#define KEEL_EFI_SECURITY_VIOLATION KEEL_EFI_ERROR(26)

/* Bits of boot_info.runtime_supported (UEFI 2.10, 4.6.2): the services that the firmware offers. */
#define KEEL_RT_GET_TIME		      0x0001u
#define KEEL_RT_SET_TIME		      0x0002u
#define KEEL_RT_GET_WAKEUP_TIME		      0x0004u
#define KEEL_RT_SET_WAKEUP_TIME		      0x0008u
#define KEEL_RT_GET_VARIABLE		      0x0010u
#define KEEL_RT_GET_NEXT_VARIABLE_NAME	      0x0020u
#define KEEL_RT_SET_VARIABLE		      0x0040u
#define KEEL_RT_GET_NEXT_HIGH_MONOTONIC_COUNT 0x0200u
#define KEEL_RT_RESET_SYSTEM		      0x0400u
#define KEEL_RT_UPDATE_CAPSULE		      0x0800u
#define KEEL_RT_QUERY_CAPSULE_CAPABILITIES    0x1000u
#define KEEL_RT_QUERY_VARIABLE_INFO	      0x2000u

/* EFI_GUID: the first three members little-endian. */
struct keel_efi_guid {
	uint32_t data1;
	uint16_t data2;
	uint16_t data3;
	uint8_t data4[8];
};

/* Initializers. Vendors of variables: UEFI 2.10, 3.3 and 32.6. */
/* clang-format off */
#define KEEL_EFI_GLOBAL_VARIABLE \
	{ 0x8be4df61, 0x93ca, 0x11d2, { 0xaa, 0x0d, 0x00, 0xe0, 0x98, 0x03, 0x2b, 0x8c } }
#define KEEL_EFI_IMAGE_SECURITY_DATABASE \
	{ 0xd719b2cb, 0x3d3a, 0x4596, { 0xa3, 0xbc, 0xda, 0xd0, 0x0e, 0x67, 0x65, 0x6f } }
/* Of the configuration table: UEFI 2.10, 4.6 and 23.4. */
#define KEEL_EFI_ACPI_20_TABLE \
	{ 0x8868e871, 0xe4f1, 0x11d3, { 0xbc, 0x22, 0x00, 0x80, 0xc7, 0x3c, 0x88, 0x81 } }
#define KEEL_EFI_ACPI_TABLE \
	{ 0xeb9d2d30, 0x2d88, 0x11d3, { 0x9a, 0x16, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d } }
#define KEEL_EFI_SMBIOS_TABLE \
	{ 0xeb9d2d31, 0x2d88, 0x11d3, { 0x9a, 0x16, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d } }
#define KEEL_EFI_SMBIOS3_TABLE \
	{ 0xf2fd1544, 0x9794, 0x4a2c, { 0x99, 0x2e, 0xe5, 0xbb, 0xcf, 0x20, 0xe3, 0x94 } }
#define KEEL_EFI_SYSTEM_RESOURCE_TABLE \
	{ 0xb122a263, 0x3661, 0x4f68, { 0x99, 0x29, 0x78, 0xf8, 0xb0, 0xd6, 0x21, 0x80 } }
#define KEEL_EFI_MEMORY_ATTRIBUTES_TABLE \
	{ 0xdcfa911d, 0x26eb, 0x469f, { 0xa2, 0x20, 0x38, 0xb7, 0xdc, 0x46, 0x12, 0x20 } }
#define KEEL_EFI_RT_PROPERTIES_TABLE \
	{ 0xeb66918a, 0x7eef, 0x402a, { 0x84, 0x2e, 0x93, 0x1d, 0x21, 0xc3, 0x8a, 0xe9 } }
/* clang-format on */

/* EFI_TIME (UEFI 2.10, 8.3). */
struct keel_efi_time {
	uint16_t year; /* 1900 to 9999 */
	uint8_t month; /* 1 to 12 */
	uint8_t day;   /* 1 to 31 */
	uint8_t hour;
	uint8_t minute;
	uint8_t second;
	uint8_t pad1;
	uint32_t nanosecond;
	int16_t time_zone; /* minutes, -1440 to 1440: UTC = time + zone; or unspecified */
	uint8_t daylight;
	uint8_t pad2;
};

#define KEEL_EFI_UNSPECIFIED_TIMEZONE 0x7ff

/* EFI_TIME_CAPABILITIES. */
struct keel_efi_time_capabilities {
	uint32_t resolution;  /* ticks a second */
	uint32_t accuracy;    /* parts in 10^12 */
	uint8_t sets_to_zero; /* bool: setting the time clears what is below the resolution */
};

/* Attributes of variables (UEFI 2.10, 8.2). */
#define KEEL_EFI_VARIABLE_NON_VOLATILE	     0x01u
#define KEEL_EFI_VARIABLE_BOOTSERVICE_ACCESS 0x02u
#define KEEL_EFI_VARIABLE_RUNTIME_ACCESS     0x04u
#define KEEL_EFI_VARIABLE_APPEND_WRITE	     0x40u

/* EFI_RESET_TYPE (UEFI 2.10, 8.5.1). */
enum keel_efi_reset_type {
	KEEL_EFI_RESET_COLD,
	KEEL_EFI_RESET_WARM,
	KEEL_EFI_RESET_SHUTDOWN,
	KEEL_EFI_RESET_PLATFORM_SPECIFIC
};

/* EFI_TABLE_HEADER. */
struct keel_efi_table_header {
	uint64_t signature;
	uint32_t revision; /* 2.10 is 0002000a0000h: major << 16 | minor, in tenths */
	uint32_t header_size;
	uint32_t crc32;
	uint32_t reserved;
};

/*
 * EFI_RUNTIME_SERVICES (UEFI 2.10, 4.5). Names of variables are UTF-16 and end with a NUL; every
 * size is in bytes. The last three came with UEFI 2.0.
 */
struct keel_efi_runtime {
	struct keel_efi_table_header header;

	/* 8.3. capabilities may be NULL. */
	KEEL_EFI_CALL keel_efi_status (*get_time)(struct keel_efi_time *time,
						  struct keel_efi_time_capabilities *capabilities);
	KEEL_EFI_CALL keel_efi_status (*set_time)(const struct keel_efi_time *time);
	KEEL_EFI_CALL keel_efi_status (*get_wakeup_time)(uint8_t *enabled, uint8_t *pending,
							 struct keel_efi_time *time);
	KEEL_EFI_CALL keel_efi_status (*set_wakeup_time)(uint8_t enable,
							 const struct keel_efi_time *time);

	/* SetVirtualAddressMap and ConvertPointer (8.4): Keel has called them. Never call them. */
	void *gone[2];

	/* 8.2. *bytes is what `data` has room for, and afterwards what there is. */
	KEEL_EFI_CALL keel_efi_status (*get_variable)(const uint16_t *name,
						      const struct keel_efi_guid *vendor,
						      uint32_t *attributes, uint64_t *bytes,
						      void *data);
	/* Name and vendor of one variable become those of the next; "" begins. */
	KEEL_EFI_CALL keel_efi_status (*get_next_variable_name)(uint64_t *name_bytes,
								uint16_t *name,
								struct keel_efi_guid *vendor);
	/* 0 bytes: deletes it. */
	KEEL_EFI_CALL keel_efi_status (*set_variable)(const uint16_t *name,
						      const struct keel_efi_guid *vendor,
						      uint32_t attributes, uint64_t bytes,
						      const void *data);

	/* 8.5. Resets do not return. */
	KEEL_EFI_CALL keel_efi_status (*get_next_high_monotonic_count)(uint32_t *count);
	KEEL_EFI_CALL void (*reset_system)(enum keel_efi_reset_type type, keel_efi_status status,
					   uint64_t bytes, const void *data);
	KEEL_EFI_CALL keel_efi_status (*update_capsule)(void **capsules, uint64_t count,
							uint64_t scatter_gather_phys);
	KEEL_EFI_CALL keel_efi_status (*query_capsule_capabilities)(
		void **capsules, uint64_t count, uint64_t *most_bytes,
		enum keel_efi_reset_type *reset);
	KEEL_EFI_CALL keel_efi_status (*query_variable_info)(uint32_t attributes,
							     uint64_t *storage_bytes,
							     uint64_t *free_bytes,
							     uint64_t *most_bytes);
};

/* An entry of the configuration table (UEFI 2.10, 4.6). What it leads to keeps its address. */
struct keel_efi_config_entry {
	struct keel_efi_guid vendor_guid;
	uint64_t table_phys;
};

/*
 * EFI_SYSTEM_TABLE (UEFI 2.10, 4.3), as SetVirtualAddressMap leaves it. Consoles and boot services
 * are gone.
 */
struct keel_efi_system {
	struct keel_efi_table_header header;
	const uint16_t *firmware_vendor; /* UTF-16 */
	uint32_t firmware_revision;
	uint32_t pad;
	uint64_t gone[6]; /* console handles and protocols */
	const struct keel_efi_runtime *runtime_services;
	uint64_t boot_services; /* gone */
	uint64_t config_entry_count;
	const struct keel_efi_config_entry *config_entries;
};

KEEL_STATIC_ASSERT(sizeof(struct keel_efi_time) == 16, "EFI_TIME");
KEEL_STATIC_ASSERT(sizeof(struct keel_efi_guid) == 16, "EFI_GUID");
KEEL_STATIC_ASSERT(sizeof(struct keel_efi_runtime) == 24 + 14 * 8, "EFI_RUNTIME_SERVICES");
KEEL_STATIC_ASSERT(offsetof(struct keel_efi_runtime, reset_system) == 24 + 10 * 8,
		   "EFI_RUNTIME_SERVICES.ResetSystem");
KEEL_STATIC_ASSERT(offsetof(struct keel_efi_system, runtime_services) == 88,
		   "EFI_SYSTEM_TABLE.RuntimeServices");
KEEL_STATIC_ASSERT(sizeof(struct keel_efi_system) == 120, "EFI_SYSTEM_TABLE");

/* The runtime services where they can be called, else NULL. */
static inline const struct keel_efi_runtime *keel_runtime(const struct keel_boot_info *info)
{
	const struct keel_efi_system *system;

	if (info->runtime_state != KEEL_RUNTIME_VIRTUAL)
		return NULL;
	system = (const struct keel_efi_system *)info->efi_system_table_virt;
	return system->runtime_services;
}

/* Whether the firmware offers all services of these KEEL_RT_ bits. */
static inline int keel_runtime_offers(const struct keel_boot_info *info, uint32_t services)
{
	return (info->runtime_supported & services) == services;
}

#endif

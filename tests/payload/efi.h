/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The few UEFI structures that a kernel needs after ExitBootServices, from UEFI 2.10: 4.2 table
 * header, 4.3 system table, 4.5 runtime services table, 4.6 configuration tables, 8 "Services -
 * Runtime Services". Members that are not used here have no type of their own.
 */
#ifndef PAYLOAD_EFI_H
#define PAYLOAD_EFI_H

#include <stdint.h>

#define EFIAPI __attribute__((ms_abi))

typedef uint64_t efi_status;

#define EFI_ERROR(n)	      ((n) | UINT64_C(1) << 63)
#define EFI_SUCCESS	      UINT64_C(0)
#define EFI_INVALID_PARAMETER EFI_ERROR(2)
#define EFI_UNSUPPORTED	      EFI_ERROR(3)
#define EFI_BUFFER_TOO_SMALL  EFI_ERROR(5)
#define EFI_OUT_OF_RESOURCES  EFI_ERROR(9)
#define EFI_NOT_FOUND	      EFI_ERROR(14)

#define EFI_RESET_COLD	   0
#define EFI_RESET_WARM	   1
#define EFI_RESET_SHUTDOWN 2

#define EFI_VARIABLE_NON_VOLATILE	0x1
#define EFI_VARIABLE_BOOTSERVICE_ACCESS 0x2
#define EFI_VARIABLE_RUNTIME_ACCESS	0x4
/* 8.2.6 and 8.2.3 */
#define EFI_VARIABLE_AUTHENTICATED	      0x10 /* deprecated */
#define EFI_VARIABLE_TIME_BASED_AUTHENTICATED 0x20
#define EFI_VARIABLE_APPEND_WRITE	      0x40

/* EFI_RT_PROPERTIES_TABLE (UEFI 2.10, 4.6.2). */
#define EFI_RT_SUPPORTED_GET_TIME		       0x0001
#define EFI_RT_SUPPORTED_SET_TIME		       0x0002
#define EFI_RT_SUPPORTED_GET_WAKEUP_TIME	       0x0004
#define EFI_RT_SUPPORTED_SET_WAKEUP_TIME	       0x0008
#define EFI_RT_SUPPORTED_GET_VARIABLE		       0x0010
#define EFI_RT_SUPPORTED_GET_NEXT_VARIABLE_NAME	       0x0020
#define EFI_RT_SUPPORTED_SET_VARIABLE		       0x0040
#define EFI_RT_SUPPORTED_SET_VIRTUAL_ADDRESS_MAP       0x0080
#define EFI_RT_SUPPORTED_CONVERT_POINTER	       0x0100
#define EFI_RT_SUPPORTED_GET_NEXT_HIGH_MONOTONIC_COUNT 0x0200
#define EFI_RT_SUPPORTED_RESET_SYSTEM		       0x0400
#define EFI_RT_SUPPORTED_UPDATE_CAPSULE		       0x0800
#define EFI_RT_SUPPORTED_QUERY_CAPSULE_CAPABILITIES    0x1000
#define EFI_RT_SUPPORTED_QUERY_VARIABLE_INFO	       0x2000

#define EFI_SYSTEM_TABLE_SIGNATURE     UINT64_C(0x5453595320494249)
#define EFI_RUNTIME_SERVICES_SIGNATURE UINT64_C(0x56524553544e5552)

struct efi_guid {
	uint32_t a;
	uint16_t b, c;
	uint8_t d[8];
};

struct efi_table_header {
	uint64_t signature;
	uint32_t revision;
	uint32_t header_bytes;
	uint32_t crc32;
	uint32_t reserved;
};

/* 8.3 */
struct efi_time {
	uint16_t year;
	uint8_t month, day, hour, minute, second, pad1;
	uint32_t nanosecond;
	int16_t time_zone;
	uint8_t daylight, pad2;
};

struct efi_runtime_services {
	struct efi_table_header header;
	efi_status(EFIAPI *get_time)(struct efi_time *time, void *capabilities);
	void *set_time, *get_wakeup_time, *set_wakeup_time;
	efi_status(EFIAPI *set_virtual_address_map)(uint64_t map_bytes, uint64_t stride,
						    uint32_t version, const void *map);
	void *convert_pointer;
	efi_status(EFIAPI *get_variable)(const uint16_t *name, const struct efi_guid *vendor,
					 uint32_t *attributes, uint64_t *bytes, void *data);
	efi_status(EFIAPI *get_next_variable_name)(uint64_t *name_bytes, uint16_t *name,
						   struct efi_guid *vendor);
	efi_status(EFIAPI *set_variable)(const uint16_t *name, const struct efi_guid *vendor,
					 uint32_t attributes, uint64_t bytes, const void *data);
	void *get_next_high_monotonic_count;
	void(EFIAPI *reset_system)(uint32_t type, efi_status status, uint64_t bytes,
				   const void *data);
	void *update_capsule, *query_capsule_capabilities;
	efi_status(EFIAPI *query_variable_info)(uint32_t attributes, uint64_t *maximum,
						uint64_t *remaining, uint64_t *largest);
};

struct efi_system_table {
	struct efi_table_header header;
	uint64_t vendor;
	uint32_t firmware_revision;
	uint64_t console[6];
	const struct efi_runtime_services *runtime_services;
	uint64_t boot_services;
	uint64_t config_table_count;
	uint64_t config_table;
};

_Static_assert(sizeof(struct efi_table_header) == 24, "UEFI 2.10, 4.2");
_Static_assert(__builtin_offsetof(struct efi_system_table, runtime_services) == 88, "4.3");
_Static_assert(__builtin_offsetof(struct efi_runtime_services, query_variable_info) == 128, "4.5");

/* 4.6.4; the entries follow, entry_bytes apart. */
struct efi_memory_attributes {
	uint32_t version;
	uint32_t count;
	uint32_t entry_bytes;
	uint32_t flags;
};

/*
 * The runtime services table, or NULL when boot_info or its place says that it cannot be used, or
 * when it or the system table is not mapped.
 */
const struct efi_runtime_services *efi_runtime_services(void);

/* The state of the floating-point units that firmware may rely on (UEFI 2.10, 2.3.4). */
void efi_prepare_cpu(void);

#endif

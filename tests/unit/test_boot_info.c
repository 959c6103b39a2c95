/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Old kernels run on newer Keel: no member of boot_info ever moves, no number changes its meaning,
 * and keel_boot_info_check tells a kernel whether it got what it was compiled for.
 */
#include "check.h"
#include "boot_info_frozen.h"

struct frozen {
	const char *structure;
	const char *member; /* NULL: the structure itself */
	uint64_t offset;    /* as frozen */
	uint64_t bytes;
	uint64_t offset_now;
	uint64_t bytes_now;
};

#define STRUCT(type, bytes) { #type, NULL, 0, bytes, 0, sizeof(struct keel_##type) },
#define MEMBER(type, member, offset, bytes)     \
	{ #type,                                \
	  #member,                              \
	  offset,                               \
	  bytes,                                \
	  offsetof(struct keel_##type, member), \
	  sizeof(((struct keel_##type *)0)->member) },

static const struct frozen elements[] = { ELEMENTS };
static const struct frozen boot_info[] = { BOOT_INFO_1 BOOT_INFO_2 BOOT_INFO_3 };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void expect_frozen(const struct frozen *f)
{
	if (f->offset != f->offset_now || f->bytes != f->bytes_now)
		fail_msg("%s.%s was at %" PRIu64 ", %" PRIu64 " bytes, and is at %" PRIu64
			 ", %" PRIu64 " bytes: old kernels look for it in the old place",
			 f->structure, f->member ? f->member : "(all)", f->offset, f->bytes,
			 f->offset_now, f->bytes_now);
}

/* Each begins where the one before it ends, up to the last byte: none is missing in the list. */
static void expect_complete(const struct frozen *first, size_t count, uint64_t bytes)
{
	uint64_t end = 0;

	for (size_t n = 0; n < count; n++) {
		if (first[n].offset != end)
			fail_msg("%s.%s is listed at %" PRIu64
				 ", but the one before it ends at %" PRIu64,
				 first[n].structure, first[n].member, first[n].offset, end);
		end += first[n].bytes;
	}
	if (end != bytes)
		fail_msg("%s has %" PRIu64 " bytes, and the list ends at %" PRIu64
			 ": list the new members, in a list for their version",
			 first[0].structure, bytes, end);
}

static void members_stay(void **state)
{
	(void)state;
	for (size_t n = 0; n < COUNT(boot_info); n++)
		expect_frozen(boot_info + n);
	expect_complete(boot_info, COUNT(boot_info), sizeof(struct keel_boot_info));
	assert_int_equal(offsetof(struct keel_boot_info, command_line), BOOT_INFO_1_BYTES);
	assert_int_equal(offsetof(struct keel_boot_info, mailboxes), BOOT_INFO_2_BYTES);
	assert_int_equal(KEEL_BOOT_INFO_VERSION, 3);
	assert_int_equal(KEEL_BOOT_INFO_MAGIC, UINT64_C(0x31306c65654b0a1b));
}

static void elements_stay(void **state)
{
	size_t n = 0;

	(void)state;
	while (n < COUNT(elements)) {
		const size_t first = n + 1; /* of its members */

		expect_frozen(elements + n);
		for (n = first; n < COUNT(elements) && elements[n].member; n++)
			expect_frozen(elements + n);
		expect_complete(elements + first, n - first, elements[first - 1].bytes_now);
	}
}

static void numbers_stay(void **state)
{
	static const uint64_t numbers[][2] = {
		{ KEEL_MEMORY_TYPE_CONVENTIONAL, 7 },
		{ KEEL_MEMORY_TYPE_UNACCEPTED, 15 },
		{ KEEL_MEMORY_TYPE_KERNEL, 0x1000 },
		{ KEEL_MEMORY_TYPE_TABLES, 0x1001 },
		{ KEEL_MEMORY_TYPE_CPU_AREA, 0x1002 },
		{ KEEL_MEMORY_TYPE_BOOT_INFO, 0x1003 },
		{ KEEL_MEMORY_TYPE_MODULE, 0x1004 },
		{ KEEL_MEMORY_TYPE_OEM, 0x70000000 },
		{ KEEL_MEMORY_TYPE_OS_LOADER, 0x80000000 },
		{ KEEL_MEMORY_TYPE_FIRMWARE_TABLE, 0x1005 },
		{ KEEL_RIGHTS_NONE, 0 },
		{ KEEL_RIGHTS_R, 1 },
		{ KEEL_RIGHTS_RW, 2 },
		{ KEEL_RIGHTS_RX, 3 },
		{ KEEL_RIGHTS_USER_R, 4 },
		{ KEEL_RIGHTS_FIRMWARE_RWX, 5 },
		{ KEEL_PIXEL_NONE, 0 },
		{ KEEL_PIXEL_RGBX32, 1 },
		{ KEEL_PIXEL_BGRX32, 2 },
		{ KEEL_PIXEL_MASKS, 3 },
		{ KEEL_RANDOM_EFI_RNG, 1 },
		{ KEEL_RANDOM_RDRAND, 2 },
		{ KEEL_TSC_CPUID_15H, 1 },
		{ KEEL_TSC_HYPERVISOR, 2 },
		{ KEEL_RUNTIME_VIRTUAL, 0 },
		{ KEEL_RUNTIME_UNSUPPORTED, 1 },
		{ KEEL_RUNTIME_FAILED, 2 },
		{ KEEL_STAGE_LOAD, 0 },
		{ KEEL_STAGE_JUMP, 6 },
		{ KEEL_FLAG_RUNTIME_CODE_WRITABLE, 1 },
		{ KEEL_FLAG_STALE_SYSTEM_TABLE_CRC, 2 },
		{ KEEL_FLAG_X2APIC, 4 },
		{ KEEL_REGION_USER, 0 },
		{ KEEL_REGION_DIRECT_MAP, 2 },
		{ KEEL_REGION_HOLE_ERR_PTR, 17 },
	};

	(void)state;
	for (size_t n = 0; n < COUNT(numbers); n++)
		if (numbers[n][0] != numbers[n][1])
			fail_msg("number %zu of this list was %" PRIu64 " and is %" PRIu64, n,
				 numbers[n][1], numbers[n][0]);
}

/* What kernels have compiled in of the map, and of the state at entry. */
static void map_stays(void **state)
{
	static const uint64_t starts[] = {
		0,
		0x0000800000000000,
		0xffff800000000000,
		0xffffe90000000000,
		0xffffea0000000000,
		0xfffffc0000000000,
		0xfffffe0000000000,
		0xfffffe8000000000,
		0xffffff0000000000,
		0xffffff8000000000,
		0xffffffef00000000,
		0xffffffff00000000,
		0xffffffff80000000,
		0xffffffffa0000000,
		0xffffffffff000000,
		0xffffffffff600000,
		0xffffffffff601000,
		0xffffffffffe00000,
	};
	static const uint64_t numbers[][2] = {
		{ KEEL_STACK_SLOT_BYTES, 0x10000 },
		{ KEEL_STACK_BYTES, 0x8000 },
		{ KEEL_CEA_CPU_START(1), 0xfffffe0000011000 },
		{ KEEL_CEA_GDT_PAGE, 0 },
		{ KEEL_CEA_ENTRY_STACK_PAGE, 1 },
		{ KEEL_CEA_TSS_PAGE, 2 },
		{ KEEL_CEA_DF_STACK_PAGE, 4 },
		{ KEEL_CEA_NMI_STACK_PAGE, 7 },
		{ KEEL_CEA_DB_STACK_PAGE, 10 },
		{ KEEL_CEA_MCE_STACK_PAGE, 13 },
		{ KEEL_CEA_IST_STACK_PAGES, 2 },
		{ KEEL_IST_DF, 1 },
		{ KEEL_IST_NMI, 2 },
		{ KEEL_IST_DB, 3 },
		{ KEEL_IST_MCE, 4 },
		{ KEEL_ESPFIX_STACK_BYTES, 64 },
		{ KEEL_ESPFIX_STEP_BYTES, 0x10000 },
		{ KEEL_ESPFIX_WINDOW_BYTES, 0x100000000 },
		{ KEEL_FIXMAP_SLOT(KEEL_FIXMAP_EARLY_CONSOLE), 0xffffffffff5ff000 },
		{ KEEL_FIXMAP_SLOT(KEEL_FIXMAP_LOCAL_APIC), 0xffffffffff5fe000 },
		{ KEEL_FIXMAP_SLOT(KEEL_FIXMAP_IO_APIC_FIRST), 0xffffffffff5fd000 },
		{ KEEL_FIXMAP_SLOTS, 130 },
		{ KEEL_VSYSCALL_GETTIMEOFDAY, 0 },
		{ KEEL_VSYSCALL_TIME, 0x400 },
		{ KEEL_VSYSCALL_GETCPU, 0x800 },
		{ KEEL_KERNEL_CS, 0x10 },
		{ KEEL_KERNEL_DS, 0x18 },
		{ KEEL_TSS_SEL, 0x40 },
		{ KEEL_PAT_VALUE, 0x0407050600070106 },
	};

	(void)state;
	assert_int_equal(KEEL_REGION_COUNT, COUNT(starts));
	for (size_t n = 0; n < COUNT(starts); n++)
		assert_int_equal(keel_layout[n].start, starts[n]);
	for (size_t n = 0; n < COUNT(numbers); n++)
		if (numbers[n][0] != numbers[n][1])
			fail_msg("number %zu of this list was %" PRIx64 " and is %" PRIx64, n,
				 numbers[n][1], numbers[n][0]);
}

/*
 * keel_boot_info_check as a kernel has it that was compiled with version `version`, when boot_info
 * had `bytes` bytes. With today's two numbers it is today's function, as the tests below show.
 */
static enum keel_boot_info_error check_as(uint32_t version, uint64_t bytes, const void *info)
{
	uint64_t magic;
	uint32_t head[2]; /* version, size: after the magic, in every version */

	memcpy(&magic, info, sizeof(magic));
	memcpy(head, (const char *)info + 8, sizeof(head));
	if (magic != UINT64_C(0x31306c65654b0a1b))
		return KEEL_BOOT_INFO_BAD_MAGIC;
	if (head[0] < version)
		return KEEL_BOOT_INFO_TOO_OLD;
	return head[1] < bytes ? KEEL_BOOT_INFO_BAD_SIZE : KEEL_BOOT_INFO_GOOD;
}

static struct keel_boot_info info_of(uint32_t version, uint32_t size)
{
	return (struct keel_boot_info){ .magic = KEEL_BOOT_INFO_MAGIC,
					.version = version,
					.size = size };
}

/* As kernels of version 1, 2 and 3 see it, the last one through the header as it is now. */
static void versions(void **state)
{
#define BYTES_3 sizeof(struct keel_boot_info)
#define GOOD	KEEL_BOOT_INFO_GOOD
#define OLD	KEEL_BOOT_INFO_TOO_OLD
#define SMALL	KEEL_BOOT_INFO_BAD_SIZE
	static const struct {
		uint32_t version, size;
		enum keel_boot_info_error seen[3];
	} cases[] = {
		{ 0, BYTES_3, { OLD, OLD, OLD } },
		{ 1, BOOT_INFO_1_BYTES, { GOOD, OLD, OLD } },
		{ 1, BOOT_INFO_1_BYTES - 8, { SMALL, OLD, OLD } },
		{ 2, BOOT_INFO_2_BYTES, { GOOD, GOOD, OLD } },
		{ 2, BOOT_INFO_2_BYTES - 1, { GOOD, SMALL, OLD } },
		{ 2, BOOT_INFO_1_BYTES - 1, { SMALL, SMALL, OLD } },
		{ 2, 0, { SMALL, SMALL, OLD } },
		{ 3, BYTES_3, { GOOD, GOOD, GOOD } },
		{ 3, BYTES_3 - 1, { GOOD, GOOD, SMALL } },
		{ 3, BOOT_INFO_2_BYTES - 1, { GOOD, SMALL, SMALL } },
		{ 4, BYTES_3 + 64, { GOOD, GOOD, GOOD } },
		{ UINT32_MAX, UINT32_MAX, { GOOD, GOOD, GOOD } },
	};

	(void)state;
	for (size_t n = 0; n < COUNT(cases); n++) {
		const struct keel_boot_info info = info_of(cases[n].version, cases[n].size);

		assert_int_equal(check_as(1, BOOT_INFO_1_BYTES, &info), cases[n].seen[0]);
		assert_int_equal(check_as(2, BOOT_INFO_2_BYTES, &info), cases[n].seen[1]);
		assert_int_equal(check_as(3, BYTES_3, &info), cases[n].seen[2]);
		assert_int_equal(keel_boot_info_check(&info), cases[n].seen[2]);
	}
#undef BYTES_3
#undef GOOD
#undef OLD
#undef SMALL
}

static void not_from_keel(void **state)
{
	struct keel_boot_info info = info_of(KEEL_BOOT_INFO_VERSION, sizeof(info));

	(void)state;
	assert_int_equal(keel_boot_info_check(NULL), KEEL_BOOT_INFO_NONE);
	assert_int_equal(keel_boot_info_check((void *)((uintptr_t)&info + 4)), KEEL_BOOT_INFO_NONE);
	for (unsigned bit = 0; bit < 64; bit++) {
		info.magic = KEEL_BOOT_INFO_MAGIC ^ UINT64_C(1) << bit;
		assert_int_equal(keel_boot_info_check(&info), KEEL_BOOT_INFO_BAD_MAGIC);
	}
}

/* Of something that is not boot_info, no more than 16 bytes are looked at. */
static void reads_its_head_only(void **state)
{
	struct keel_boot_info info = info_of(1, BOOT_INFO_1_BYTES);
	void *head = malloc(16); /* the sanitizer sees every byte behind it */

	(void)state;
	assert_non_null(head);
	memcpy(head, &info, 16);
	assert_int_equal(keel_boot_info_check(head), KEEL_BOOT_INFO_TOO_OLD);
	info.version = KEEL_BOOT_INFO_VERSION;
	info.size = sizeof(info);
	memcpy(head, &info, 16);
	assert_int_equal(keel_boot_info_check(head), KEEL_BOOT_INFO_GOOD);
	free(head);
}

/* A kernel that would rather run on an older Keel, too. */
static void members_of_a_version(void **state)
{
	struct keel_boot_info info = info_of(1, BOOT_INFO_1_BYTES);

	(void)state;
	assert_true(KEEL_BOOT_INFO_HAS(&info, magic));
	assert_true(KEEL_BOOT_INFO_HAS(&info, ap_start_phys));
	assert_false(KEEL_BOOT_INFO_HAS(&info, command_line));
	assert_false(KEEL_BOOT_INFO_HAS(&info, runtime_fault_error));
	info.size += sizeof(info.command_line) - 1;
	assert_false(KEEL_BOOT_INFO_HAS(&info, command_line));
	info.size = BOOT_INFO_2_BYTES;
	assert_true(KEEL_BOOT_INFO_HAS(&info, runtime_fault_error));
	assert_false(KEEL_BOOT_INFO_HAS(&info, mailboxes));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_stay),
		cmocka_unit_test(elements_stay),
		cmocka_unit_test(numbers_stay),
		cmocka_unit_test(map_stays),
		cmocka_unit_test(versions),
		cmocka_unit_test(not_from_keel),
		cmocka_unit_test(reads_its_head_only),
		cmocka_unit_test(members_of_a_version),
	};

	return cmocka_run_group_tests_name("boot_info", tests, NULL, NULL);
}

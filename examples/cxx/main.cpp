// SPDX-License-Identifier: BSD-2-Clause
//
// A kernel in C++17 without a library: global objects whose constructors run first, boot_info's arrays as
// ranges for `for`, the firmware's clock. Keel's headers are C++ as they are.
#include <keel/boot_info.h>
#include <keel/request.h>
#include <keel/runtime.h>

// With it Keel refuses to start this kernel where boot_info is older.
KEEL_REQUEST(KEEL_REQUEST_VERSION, 3);

namespace {

class Serial {
public:
	Serial() { wait(); }

	Serial &operator<<(const char *text)
	{
		for (; *text; text++)
			put(*text);
		return *this;
	}

	Serial &operator<<(uint64_t value)
	{
		if (value >= 10)
			*this << value / 10;
		put(static_cast<char>('0' + value % 10));
		return *this;
	}

private:
	static constexpr uint16_t data = 0x3f8, status = 0x3fd;
	static constexpr uint8_t ready = 0x20;

	static void wait()
	{
		uint8_t value;

		do
			__asm__ volatile("inb %1, %0" : "=a"(value) : "d"(status));
		while (!(value & ready));
	}

	static void put(char c)
	{
		wait();
		__asm__ volatile("outb %0, %1" : : "a"(c), "d"(data));
	}
};

// An array of boot_info's: a pointer and a count.
template <typename T> class Range {
public:
	constexpr Range(const T *first, uint64_t count) : first_(first), count_(count) {}
	const T *begin() const { return first_; }
	const T *end() const { return first_ + count_; }

private:
	const T *first_;
	uint64_t count_;
};

// Constructors of global objects run before kernel_main looks at anything: see construct().
Serial serial;
struct Counter {
	uint64_t constructed;
	Counter() : constructed(1) { serial << "cxx: constructors have run\n"; }
} counter;

extern "C" void (*const constructors[])();
extern "C" void (*const constructors_end[])();

void construct()
{
	for (auto constructor = constructors; constructor != constructors_end; constructor++)
		(*constructor)();
}

void tell(const keel_boot_info &info)
{
	uint64_t bytes = 0, mapped = 0;

	for (const auto &range : Range(info.memory_ranges, info.memory_range_count))
		if (range.type == KEEL_MEMORY_TYPE_CONVENTIONAL)
			bytes += range.bytes;
	for (const auto &mapping : Range(info.mappings, info.mapping_count))
		mapped += mapping.rights != KEEL_RIGHTS_NONE;
	serial << "cxx: " << bytes / 1048576 << " MB are free, " << mapped << " mappings\n";
}

void tell_time(const keel_boot_info &info, const keel_efi_runtime &efi)
{
	keel_efi_time time;

	if (keel_runtime_offers(&info, KEEL_RT_GET_TIME) &&
	    efi.get_time(&time, nullptr) == KEEL_EFI_SUCCESS)
		serial << "cxx: the year is " << time.year << "\n";
}

} // namespace

extern "C" [[noreturn]] void kernel_main(const keel_boot_info *info)
{
	construct();
	if (keel_boot_info_check(info) == KEEL_BOOT_INFO_GOOD && counter.constructed) {
		tell(*info);
		if (const auto *efi = keel_runtime(info)) {
			tell_time(*info, *efi);
			efi->reset_system(KEEL_EFI_RESET_SHUTDOWN, KEEL_EFI_SUCCESS, 0, nullptr);
		}
	}
	for (;;)
		__asm__ volatile("cli; hlt");
}

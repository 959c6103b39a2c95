/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A kernel of Limine's protocol, of base revision REVISION, which knows nothing of Keel: it looks
 * at each answer, and at the state it is entered in, and says over the serial port what is not as
 * the protocol has it. examples/limine puts the adapter behind it.
 */
#include "../../../examples/limine/protocol.h"

#define SECTION(name) __attribute__((used, section(name), aligned(8)))
#define HHDM	      UINT64_C(0xffff800000000000)
#ifdef PIE
#define LINKED_AT_0 1
#else
#define LINKED_AT_0 0
#endif
#define RECORDED 18 /* registers that entry.S keeps: see there */

extern uint64_t at_entry[RECORDED];
extern char kernel_start[], file_entry[];

SECTION(".requests_start") static uint64_t start_marker[] = LIMINE_START_MARKER;
SECTION(".requests_end") static uint64_t end_marker[] = LIMINE_END_MARKER;
#if REVISION > 0
SECTION(".requests")
static volatile uint64_t base[3] = { UINT64_C(0xf9562b2d5c95a6c8), UINT64_C(0x6a7b384944536bdc),
				     REVISION };
#endif
/* Outside the markers: not to be answered. */
SECTION(".data")
static volatile struct limine_request outside = { { LIMINE_MAGIC_0, LIMINE_MAGIC_1,
						    UINT64_C(0x8c2f75d90bef28a8),
						    UINT64_C(0x7045a4688eac00c3) },
						  0,
						  0,
						  { 0 } };

#define REQUEST(name, first, second)                                                               \
	SECTION(".requests")                                                                       \
	static volatile struct limine_request request_##name = {                                   \
		{ LIMINE_MAGIC_0, LIMINE_MAGIC_1, UINT64_C(first), UINT64_C(second) }, 0, 0, { 0 } \
	};
/* All but those whose argument is not zero, and the one above. */
REQUEST(BOOTLOADER, 0xf55038d8e2a1202f, 0x279426fcf5f59740)
REQUEST(COMMAND_LINE, 0x4b161536e598651e, 0xb390ad4a2f1f303a)
REQUEST(HHDM, 0x48dcf1cb8ad2b852, 0x63984e959a98244b)
REQUEST(FRAMEBUFFER, 0x9d5827dcd881dd75, 0xa3148604f6fab11b)
REQUEST(PAGING_MODE, 0x95c1a0edab0944cb, 0xa4e5cb3842f7488a)
REQUEST(MP, 0x95a67b819a1b857e, 0xa0b61b723b6a73e0)
REQUEST(MEMORY_MAP, 0x67cf3d9d378a806f, 0xe304acdfc50c3c62)
REQUEST(KERNEL_FILE, 0xad97e90e83f1ed67, 0x31eb5d1c5ff23b69)
REQUEST(MODULES, 0x3e7e279702be32af, 0xca1c4f3bd1280cee)
REQUEST(RSDP, 0xc5e77b6b397e7b43, 0x27637845accdcf3c)
REQUEST(SMBIOS, 0x9e9046f11e095391, 0xaa4a520fefbde5ee)
REQUEST(EFI_SYSTEM, 0x5ceba5163eaaf6d6, 0x0a6981610cf65fcc)
REQUEST(EFI_MAP, 0x7df62a431d6872d5, 0xa4fcdfb3e57306c8)
REQUEST(DATE, 0x502746e184c088aa, 0xfbc5ec83e6327893)
REQUEST(KERNEL_ADDRESS, 0x71ba76863cc55f63, 0xb2644a48c516a487)
REQUEST(DEVICE_TREE, 0xb40ddb48fb54bac7, 0x545081493f81ffb7)

void limine_entry(void);
enum { STACK_BYTES = 0x30000 };
SECTION(".requests")
static volatile struct limine_request request_ENTROPY = { { LIMINE_MAGIC_0, LIMINE_MAGIC_1,
							    UINT64_C(0x65ea80255d5682c5),
							    UINT64_C(0x9117240723f493eb) },
							  0,
							  0,
							  { 3 } };
SECTION(".requests")
static volatile struct limine_request request_STACK = { { LIMINE_MAGIC_0, LIMINE_MAGIC_1,
							  UINT64_C(0x224ef0460a8e8926),
							  UINT64_C(0xe1cb0fc25f46ea3d) },
							0,
							0,
							{ STACK_BYTES } };
SECTION(".requests")
static volatile struct limine_request request_ENTRY = { { LIMINE_MAGIC_0, LIMINE_MAGIC_1,
							  UINT64_C(0x13d86c035a1cd3e1),
							  UINT64_C(0x2b0caa89d8f3026a) },
							0,
							0,
							{ (uint64_t)limine_entry } };

static void put(char c)
{
	__asm__ volatile("outb %0, %1" : : "a"(c), "d"((uint16_t)0x3f8));
}

static void text(const char *text)
{
	while (*text)
		put(*text++);
}

static void number(uint64_t value, unsigned base_of)
{
	if (value >= base_of)
		number(value / base_of, base_of);
	put("0123456789abcdef"[value % base_of]);
}

static unsigned looked;

static void expect(int good, const char *what)
{
	looked++;
	if (good)
		return;
	text("limine: wrong: ");
	text(what);
	put('\n');
}

static int same(const char *one, const char *other)
{
	for (; *one && *one == *other; one++, other++)
		;
	return *one == *other;
}

static uint64_t *words_of(volatile struct limine_request *request, const char *what)
{
	uint64_t *response = request->response;

	expect(response != 0, what);
	expect((uint64_t)response >= HHDM && (uint64_t)response < HHDM + (UINT64_C(1) << 46), what);
	return response;
}

static void tell(const char *name, uint64_t value)
{
	text("limine: ");
	text(name);
	put(' ');
	number(value, 16);
	put('\n');
}

/* What entry.S kept: RAX, RBX, RCX, RDX, RSI, RDI, RBP, R8 to R15, then RSP, RFLAGS, CS. */
static void look_at_registers(void)
{
	uint64_t cr0, cr4;
	uint32_t pat_low, pat_high, efer, high;
	struct __attribute__((packed)) {
		uint16_t limit;
		uint64_t virt;
	} gdtr;

	for (unsigned n = 0; n < 15; n++)
		expect(at_entry[n] == 0, "a register at entry");
	expect(at_entry[15] >= HHDM && at_entry[15] % 16 == 8, "RSP");
	expect(*(uint64_t *)at_entry[15] == 0, "the return address");
	expect(at_entry[16] == 2 || (REVISION < 5 && !(at_entry[16] & 0x600)), "RFLAGS");
	expect(at_entry[17] == 0x28, "CS");
	__asm__ volatile("mov %%cr0, %0" : "=r"(cr0));
	__asm__ volatile("mov %%cr4, %0" : "=r"(cr4));
	__asm__ volatile("rdmsr" : "=a"(pat_low), "=d"(pat_high) : "c"(0x277));
	__asm__ volatile("rdmsr" : "=a"(efer), "=d"(high) : "c"(0xc0000080));
	__asm__ volatile("sgdt %0" : "=m"(gdtr));
	expect(REVISION < 5 ? (cr0 & 0x80010011) == 0x80010011 : cr0 == 0x80010011, "CR0");
	expect(REVISION < 5 ? !(cr4 & 0x300880) : cr4 == 0x20, "CR4");
	expect((efer & 0xd00) == 0xd00 && (REVISION < 5 || efer == 0xd00), "EFER");
	expect(pat_low == 0x00070406 && (pat_high & 0xffff) == 0x0105, "PAT");
	expect(gdtr.limit >= 55 && gdtr.virt >= HHDM, "GDTR");
}

static void look_at_memory(void)
{
	const uint64_t *map = words_of(&request_MEMORY_MAP, "memory map");
	struct limine_memory **entry = (struct limine_memory **)map[2];
	uint64_t usable = 0, kernel = 0, framebuffer = 0, ends = 0;

	for (uint64_t n = 0; n < map[1]; n++) {
		const int exclusive = entry[n]->type == LIMINE_USABLE ||
				      entry[n]->type == LIMINE_LOADER_RECLAIMABLE;

		expect(!n || entry[n - 1]->phys <= entry[n]->phys, "order of the memory map");
		expect(entry[n]->type <= (REVISION < 4 ? 7 : 8), "a type of memory");
		expect(!exclusive || ((entry[n]->phys | entry[n]->bytes) % 4096 == 0 &&
				      entry[n]->phys >= ends),
		       "usable memory by itself");
		expect(entry[n]->type != LIMINE_USABLE || entry[n]->phys || REVISION > 2, "page 0");
		if (entry[n]->phys + entry[n]->bytes > ends)
			ends = entry[n]->phys + entry[n]->bytes;
		usable += entry[n]->type == LIMINE_USABLE ? entry[n]->bytes : 0;
		kernel += entry[n]->type == LIMINE_KERNEL_AND_MODULES;
		framebuffer += entry[n]->type == LIMINE_FRAMEBUFFER_MEMORY;
		/* The first word of all that is usable, through the direct map. */
		if (entry[n]->type == LIMINE_USABLE)
			*(volatile uint64_t *)(HHDM + entry[n]->phys) = n;
	}
	expect(kernel && framebuffer >= 1, "kernel and framebuffer in the memory map");
	tell("usable", usable);
}

/* Devices in the first 4 GB up to base revision 2; the lower half up to 0. */
static void look_at_space(void)
{
#if REVISION <= 2
	expect((*(volatile uint32_t *)(HHDM + 0xfee00030) & 0xff) >= 0x10, "the local APIC's page");
#endif
#if REVISION == 0
	expect(*(volatile uint64_t *)0x100000 == *(volatile uint64_t *)(HHDM + 0x100000),
	       "identity");
#endif
}

static uint64_t place(uint64_t address, int physical, const char *what)
{
	expect(physical ? address < HHDM : address >= HHDM, what);
	return physical ? HHDM + address : address;
}

static void look_at_tables(void)
{
	const uint64_t *rsdp = words_of(&request_RSDP, "RSDP");
	const uint64_t *smbios = words_of(&request_SMBIOS, "SMBIOS");
	const uint64_t *efi = words_of(&request_EFI_SYSTEM, "EFI system table");
	const uint64_t *map = words_of(&request_EFI_MAP, "EFI memory map");
	const int physical = REVISION == 3 || REVISION == 4;
	const uint64_t entry = smbios[2] ? smbios[2] : smbios[1];

	expect(*(uint64_t *)place(rsdp[1], REVISION == 3, "RSDP's place") ==
		       UINT64_C(0x2052545020445352),
	       "RSD PTR");
	expect((*(uint32_t *)place(entry, physical, "SMBIOS's place") & 0xffffff) == 0x4d535f,
	       "_SM");
	expect(*(uint64_t *)place(efi[1], physical, "the system table's place") ==
		       UINT64_C(0x5453595320494249),
	       "IBI SYST");
	expect(map[2] % map[3] == 0 && map[3] >= 40 && map[1] >= HHDM, "EFI memory map's size");
}

static void look_at_files(void)
{
	const uint64_t *kernel = words_of(&request_KERNEL_FILE, "kernel file");
	const uint64_t *modules = words_of(&request_MODULES, "modules");
	const uint64_t *place_of = words_of(&request_KERNEL_ADDRESS, "kernel address");
	const struct limine_file *file = (struct limine_file *)kernel[1];
	const struct limine_file *module = *(struct limine_file **)modules[2];
	const uint64_t *elf = file->address;

	expect((uint64_t)elf >= HHDM && *(uint32_t *)elf == 0x464c457f, "the kernel's file");
	expect(elf[3] + LINKED_AT_0 * place_of[2] == (uint64_t)file_entry, "the file's entry");
	expect(same(file->path, "/kernel.elf") && same(file->string, "of the kernel"),
	       "its path, string");
	expect(modules[1] == 1 && module->bytes == 5, "a module");
	expect(same(module->path, "/modules/one") && same(module->string, "its own"),
	       "its path, string");
	expect((uint64_t)module->address % 4096 == 0 && *(char *)module->address == 'w',
	       "its content");
	expect(place_of[2] == (uint64_t)kernel_start, "virtual address");
	expect(*(uint64_t *)(HHDM + place_of[1]) == *(uint64_t *)kernel_start, "physical address");
}

static void look_at_screen(void)
{
	const uint64_t *response = words_of(&request_FRAMEBUFFER, "framebuffer");
	const struct limine_framebuffer *screen = *(struct limine_framebuffer **)response[2];

	expect(response[1] >= 1 && screen->width >= 640 && screen->bits_per_pixel == 32, "screen");
	expect(screen->red_size == 8 && screen->red_shift == 16 && !screen->blue_shift,
	       "its colours");
	expect(screen->pitch_bytes >= screen->width * 4 && screen->model == 1, "its lines");
	expect(screen->mode_count == 1 && screen->modes[0]->width == screen->width, "its mode");
	expect(!screen->edid_bytes || (screen->edid_bytes >= 128 &&
				       *(uint64_t *)screen->edid == UINT64_C(0x00ffffffffffff00)),
	       "its EDID");
	tell("edid", screen->edid_bytes);
	tell("screens", response[1]);
	*(volatile uint32_t *)screen->address = 0x123456;
	expect(*(volatile uint32_t *)screen->address == 0x123456, "a pixel");
}

static uint64_t arrived;

static void other_cpu(struct limine_cpu *cpu)
{
	uint64_t rsp;

	__asm__ volatile("mov %%rsp, %0" : "=r"(rsp));
	if (rsp >= HHDM && cpu->argument == cpu->apic_id + 1u)
		__atomic_fetch_add(&arrived, 1, __ATOMIC_RELEASE);
	for (;;)
		__asm__ volatile("cli; hlt");
}

static void look_at_cpus(void)
{
	const struct limine_cpus *all = (void *)words_of(&request_MP, "CPUs");

	expect(all->cpus[0]->apic_id == all->first_apic_id, "this CPU");
	for (uint64_t n = 1; n < all->cpu_count; n++) {
		expect(!all->cpus[n]->go, "where a CPU goes");
		all->cpus[n]->argument = all->cpus[n]->apic_id + 1;
		__atomic_store_n(&all->cpus[n]->go, other_cpu, __ATOMIC_RELEASE);
	}
	while (__atomic_load_n(&arrived, __ATOMIC_ACQUIRE) < all->cpu_count - 1)
		__asm__ volatile("pause");
	tell("cpus", all->cpu_count);
}

static void look_at_entropy(const uint64_t *response)
{
	const uint64_t *values = (const uint64_t *)response[2];

	expect(response[1] == 3 && values[0] != values[1] && values[1] != values[2],
	       "random numbers");
	tell("entropy", response[1]);
}

static void look_at_the_rest(void)
{
	const uint64_t *loader = words_of(&request_BOOTLOADER, "loader");
	const uint64_t *line = words_of(&request_COMMAND_LINE, "command line");

	expect(same((char *)loader[1], "Keel") && *(char *)loader[2], "the loader's name");
	expect(same((char *)line[1], "of the kernel"), "the command line");
	expect(words_of(&request_HHDM, "HHDM")[1] == HHDM, "HHDM");
	expect(words_of(&request_PAGING_MODE, "paging mode")[1] == 0, "four levels");
	words_of(&request_STACK, "stack size");
	words_of(&request_ENTRY, "entry point");
	/* A machine without a source has none. */
	if (request_ENTROPY.response)
		look_at_entropy(words_of(&request_ENTROPY, "entropy"));
	expect(!request_DEVICE_TREE.response, "a device tree");
	expect(!outside.response, "a request outside the markers");
	expect(start_marker[0] && end_marker[0], "the markers");
#if REVISION > 0
	expect(base[2] == 0 && (REVISION < 3 || base[1] == REVISION), "the base revision");
#endif
	tell("date", words_of(&request_DATE, "date")[1]);
}

_Noreturn void kernel_main(void)
{
	look_at_registers();
	look_at_the_rest();
	look_at_space();
	look_at_tables();
	look_at_files();
	look_at_screen();
	look_at_cpus();
	look_at_memory();
	tell("done", looked);
	for (;;)
		__asm__ volatile("cli; hlt");
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Instructions and register bits that C has no words for: Intel SDM vol. 2 (instructions), vol. 3A
 * 2.5 (control registers), vol. 4 (model-specific registers).
 */
#ifndef PAYLOAD_CPU_H
#define PAYLOAD_CPU_H

#include <stdbool.h>
#include <stdint.h>

#define BIT(n) (UINT64_C(1) << (n))

#define CR0_PE BIT(0)
#define CR0_MP BIT(1)
#define CR0_EM BIT(2)
#define CR0_TS BIT(3)
#define CR0_ET BIT(4)
#define CR0_NE BIT(5)
#define CR0_WP BIT(16)
#define CR0_PG BIT(31)

#define CR4_PAE	       BIT(5)
#define CR4_MCE	       BIT(6)
#define CR4_PGE	       BIT(7)
#define CR4_OSFXSR     BIT(9)
#define CR4_OSXMMEXCPT BIT(10)
#define CR4_UMIP       BIT(11)
#define CR4_VMXE       BIT(13)
#define CR4_SMEP       BIT(20)
#define CR4_SMAP       BIT(21)

#define RFLAGS_1       BIT(1) /* always set */
#define RFLAGS_TF      BIT(8)
#define RFLAGS_IF      BIT(9)
#define RFLAGS_DF      BIT(10)
#define RFLAGS_AC      BIT(18)
#define RFLAGS_DEFINED (RFLAGS_TF | RFLAGS_IF | RFLAGS_DF | RFLAGS_AC)

#define DR7_ALWAYS_SET BIT(10) /* SDM vol. 3B 17.2.4 */

#define MSR_APIC_BASE	     0x1b
#define MSR_FS_BASE	     0xc0000100
#define MSR_GS_BASE	     0xc0000101
#define MSR_KERNEL_GS_BASE   0xc0000102
#define MSR_MTRR_CAP	     0xfe
#define MSR_MTRR_PHYSBASE(n) (0x200 + 2 * (n))
#define MSR_MTRR_PHYSMASK(n) (0x201 + 2 * (n))
#define MSR_MTRR_DEF_TYPE    0x2ff
#define MSR_EFER	     0xc0000080

#define APIC_BASE_X2APIC  BIT(10)
#define APIC_BASE_ENABLED BIT(11)

#define EFER_LME BIT(8)
#define EFER_LMA BIT(10)
#define EFER_NXE BIT(11)

/* Leaf 1, EDX; leaf 7, EBX and ECX; leaf 80000001h, EDX. */
#define CPUID_1_EDX_APIC	    (1u << 9)
#define CPUID_1_EDX_MTRR	    (1u << 12)
#define CPUID_7_EBX_SMEP	    (1u << 7)
#define CPUID_7_EBX_SMAP	    (1u << 20)
#define CPUID_7_ECX_UMIP	    (1u << 2)
#define CPUID_80000001_EDX_1G_PAGES (1u << 26)

struct cpuid {
	uint32_t eax, ebx, ecx, edx;
};

/* What LGDT and LIDT take, and SGDT and SIDT give. */
struct __attribute__((packed)) table_register {
	uint16_t limit;
	uint64_t base;
};

#define CPU_READ_CR(n)                                            \
	static inline uint64_t read_cr##n(void)                   \
	{                                                         \
		uint64_t value;                                   \
                                                                  \
		asm volatile("mov %%cr" #n ", %0" : "=r"(value)); \
		return value;                                     \
	}
CPU_READ_CR(0)
CPU_READ_CR(2)
CPU_READ_CR(3)
CPU_READ_CR(4)
#undef CPU_READ_CR

static inline void write_cr0(uint64_t value)
{
	asm volatile("mov %0, %%cr0" : : "r"(value) : "memory");
}

/* Forgets all translations that are not global. */
static inline void write_cr3(uint64_t value)
{
	asm volatile("mov %0, %%cr3" : : "r"(value) : "memory");
}

static inline void write_cr4(uint64_t value)
{
	asm volatile("mov %0, %%cr4" : : "r"(value) : "memory");
}

static inline uint64_t read_msr(uint32_t msr)
{
	uint32_t low, high;

	asm volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
	return (uint64_t)high << 32 | low;
}

static inline void write_msr(uint32_t msr, uint64_t value)
{
	asm volatile("wrmsr" : : "a"((uint32_t)value), "d"((uint32_t)(value >> 32)), "c"(msr));
}

/* All zero for a leaf that the CPU does not have. */
static inline struct cpuid read_cpuid(uint32_t leaf)
{
	struct cpuid r = { leaf & 0x80000000, 0, 0, 0 };

	asm volatile("cpuid" : "+a"(r.eax), "=b"(r.ebx), "+c"(r.ecx), "=d"(r.edx));
	if (r.eax < leaf)
		return (struct cpuid){ 0, 0, 0, 0 };
	r.eax = leaf;
	r.ecx = 0;
	asm volatile("cpuid" : "+a"(r.eax), "=b"(r.ebx), "+c"(r.ecx), "=d"(r.edx));
	return r;
}

/* Address of the first word that is not zero in memory of whole words, or 0 for none. */
static inline uint64_t first_word_set(uint64_t virt, uint64_t bytes)
{
	uint64_t words = bytes / sizeof(uint64_t);
	bool all_zero;

	if (!words)
		return 0;
	asm volatile("repe scasq"
		     : "+D"(virt), "+c"(words), "=@ccz"(all_zero)
		     : "a"(UINT64_C(0))
		     : "memory");
	return all_zero ? 0 : virt - sizeof(uint64_t);
}

static inline uint64_t read_tsc(void)
{
	uint32_t low, high;

	asm volatile("rdtsc" : "=a"(low), "=d"(high));
	return (uint64_t)high << 32 | low;
}

static inline void port_write(uint16_t port, uint8_t value)
{
	asm volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint8_t port_read(uint16_t port)
{
	uint8_t value;

	asm volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static inline uint32_t port_read_32(uint16_t port)
{
	uint32_t value;

	asm volatile("inl %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

/* What was drawn last may be in write-combining buffers, which HLT leaves alone: 11.3.1. */
_Noreturn static inline void halt_forever(void)
{
	asm volatile("sfence" : : : "memory");
	for (;;)
		asm volatile("cli; hlt");
}

#endif

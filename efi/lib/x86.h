/* SPDX-License-Identifier: BSD-2-Clause */
/* Instructions without a C equivalent, and the bits that go with them (SDM vol. 3A 2.5, vol. 4). */
#ifndef EFI_LIB_X86_H
#define EFI_LIB_X86_H

#include <stdint.h>
#include <keel/layout.h>

#define CR0_PE KEEL_U64(0x1)
#define CR0_MP KEEL_U64(0x2)
#define CR0_ET KEEL_U64(0x10)
#define CR0_NE KEEL_U64(0x20)
#define CR0_WP KEEL_U64(0x10000)
#define CR0_PG KEEL_U64(0x80000000)

#define CR4_PAE	       KEEL_U64(0x20)
#define CR4_MCE	       KEEL_U64(0x40)
#define CR4_PGE	       KEEL_U64(0x80)
#define CR4_OSFXSR     KEEL_U64(0x200)
#define CR4_OSXMMEXCPT KEEL_U64(0x400)
#define CR4_UMIP       KEEL_U64(0x800)
#define CR4_LA57       KEEL_U64(0x1000)
#define CR4_VMXE       KEEL_U64(0x2000)
#define CR4_PCIDE      KEEL_U64(0x20000)
#define CR4_SMEP       KEEL_U64(0x100000)
#define CR4_SMAP       KEEL_U64(0x200000)
#define CR4_CET	       KEEL_U64(0x800000)

#define MSR_APIC_BASE	  0x1b
#define MSR_MTRRCAP	  0xfe
#define MSR_MTRR_DEFAULT  0x2ff
#define MSR_MTRR_BASE(n)  (0x200 + 2 * (n))
#define MSR_MTRR_MASK(n)  (0x201 + 2 * (n))
#define MSR_EFER	  0xc0000080
#define MSR_X2APIC_ID	  0x802
#define APIC_BASE_X2APIC  0x400
#define APIC_BASE_ENABLED 0x800
#define APIC_ID		  0x20 /* register: the ID in its highest byte (SDM vol. 3A 10.4.6) */
#define MTRR_MASK_VALID	  0x800
#define EFER_NXE	  0x800

#define LEAF_FEATURES 1 /* of CPUID */

struct cpuid {
	uint32_t eax, ebx, ecx, edx;
};

static inline struct cpuid cpuid(uint32_t leaf, uint32_t subleaf)
{
	struct cpuid r;

	__asm__ volatile("cpuid"
			 : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx)
			 : "a"(leaf), "c"(subleaf));
	return r;
}

static inline uint64_t read_msr(uint32_t msr)
{
	uint32_t low;
	uint32_t high;

	__asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
	return (uint64_t)high << 32 | low;
}

static inline void write_msr(uint32_t msr, uint64_t value)
{
	__asm__ volatile("wrmsr" : : "c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)));
}

static inline uint64_t read_tsc(void)
{
	uint32_t low;
	uint32_t high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return (uint64_t)high << 32 | low;
}

static inline uint64_t read_cr4(void)
{
	uint64_t value;

	__asm__ volatile("mov %%cr4, %0" : "=r"(value));
	return value;
}

static inline void out8(uint16_t port, uint8_t value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint8_t in8(uint16_t port)
{
	uint8_t value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

/*
 * HLT leaves write-combining buffers as they are, and the last words on the screen may be in them:
 * SFENCE writes them out (SDM vol. 3A 11.3.1).
 */
_Noreturn static inline void halt_for_good(void)
{
	__asm__ volatile("sfence" ::: "memory");
	for (;;)
		__asm__ volatile("cli; hlt");
}

#endif

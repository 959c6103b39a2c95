/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Starting another CPU: from the start-up interrupt, in real mode below 1 MB, to its own stack and
 * descriptor tables in the kernel root.
 */
#ifndef PAYLOAD_START_CPU_H
#define PAYLOAD_START_CPU_H

#include <stdbool.h>
#include <stdint.h>

/* The code of the page at boot_info.ap_start_phys, and the values at its end: start_page.S. */
extern const uint8_t start_page[], start_page_end[];

/* What the CPU needs before it reaches kernel text. start_page.S knows these offsets. */
struct __attribute__((packed)) start_values {
	uint32_t cr0, cr3, cr4, efer;
	/* Where to go on, as far pointers: linked as offsets in the page. */
	uint32_t protected_phys;
	uint16_t protected_cs;
	uint32_t long_phys;
	uint16_t long_cs;
	uint16_t gdt_limit;
	uint32_t gdt_phys;
	uint64_t entry_virt;
};

/* Puts the code into its page and makes the tables on which it runs. */
void start_prepare(void);

/* INIT for every other CPU, and the time that it takes. */
void start_init_all(void);

/* Starts one of them, by its number in boot_info; returns whether it has reached kernel text. */
bool start_cpu(uint64_t cpu);

/* A little more than a microsecond for each, on most machines. */
void start_delay(unsigned microseconds);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of the lesson know of each other. */
#ifndef LESSON_H
#define LESSON_H

#include <keel/boot_info.h>

/* serial.c, from step 1 on */
void serial_put(char c);
void serial_print(const char *text);
_Noreturn void halt(void);

/* screen.c and print.c, from step 2 on */
void screen_begin(const struct keel_framebuffer *framebuffer);
void screen_put(char c);
void print(const char *text);
void print_number(uint64_t value, unsigned base, unsigned digits);

/* clock.c, from step 3 on */
void print_time(const struct keel_boot_info *info);
_Noreturn void power_off(const struct keel_boot_info *info);

/* vectors.S, from step 4 on: what it has saved, and what the CPU has pushed. */
struct frame {
	uint64_t saved[10];
	uint64_t error;
	uint64_t rip, cs, rflags, rsp, ss;
};
void page_fault_entry(void);
void tick_entry(void);

/* interrupts.c and timer.c, from step 4 on */
void interrupts_begin(const struct keel_boot_info *info);
int write_faults(uint64_t virt);
void on_vector(unsigned vector, void (*handler)(void));
void page_fault(struct frame *frame);
void tick(struct frame *frame);
void timer_begin(const struct keel_boot_info *info);
uint64_t timer_ticks(void);

#endif

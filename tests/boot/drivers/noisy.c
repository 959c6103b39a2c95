/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * As ExitBootServices returns, everything on a PC that can interrupt does: PIT and HPET tick
 * through 8259s and I/O APIC, the local APIC's timer runs, all lines are open, one vector is
 * pending and one in service.
 */
#include "hooks.h"

#define PIT_CHANNEL0   0x40
#define PIT_COMMAND    0x43
#define PIT_RATE       0x34 /* channel 0, both bytes, mode 2 */
#define PIT_DIVISOR    1193 /* about 1 kHz */
#define PIC_MASTER_IMR 0x21
#define PIC_SLAVE_IMR  0xa1

#define LOCAL_APIC    0xfee00000
#define APIC_SPURIOUS 0x0f0
#define APIC_ON	      0x1ff
#define APIC_ICR      0x300
#define APIC_TO_SELF  0x40000
#define APIC_TIMER    0x320
#define APIC_PERIODIC 0x20000
#define APIC_LINT0    0x350
#define APIC_EXTINT   0x700
#define APIC_COUNT    0x380
#define APIC_DIVIDE   0x3e0
#define APIC_BY_1     0xb

#define IO_APIC	      0xfec00000
#define IO_APIC_PINS  24
#define IO_APIC_LEVEL 0x8000

#define HPET		 0xfed00000
#define HPET_CONFIG	 0x010
#define HPET_ON_LEGACY	 0x3
#define HPET_TIMER0	 0x100
#define HPET_PERIODIC_ON 0x4c /* periodic, its period may be set, interrupts on */
#define HPET_COMPARATOR0 0x108
#define HPET_PERIOD	 100000 /* ticks of 10 ns */

#define VECTOR_TIMER	  0x41
#define VECTOR_PENDING	  0x43
#define VECTOR_IN_SERVICE 0x84
#define VECTOR_PINS	  0x50
#define GATES		  256

static EFI_EXIT_BOOT_SERVICES exit_boot_services;

static struct {
	UINT16 low, selector, type, middle;
	UINT32 high, reserved;
} gates[GATES];

static void out8(UINT16 port, UINT8 value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "d"(port));
}

static volatile UINT32 *at(UINTN phys)
{
	return (volatile UINT32 *)phys;
}

static void open_8259s(void)
{
	out8(PIT_COMMAND, PIT_RATE);
	out8(PIT_CHANNEL0, PIT_DIVISOR & 0xff);
	out8(PIT_CHANNEL0, PIT_DIVISOR >> 8);
	out8(PIC_MASTER_IMR, 0);
	out8(PIC_SLAVE_IMR, 0);
}

static void open_io_apic(void)
{
	for (UINT32 pin = 0; pin < IO_APIC_PINS; pin++) {
		*at(IO_APIC) = 0x11 + 2 * pin;
		*at(IO_APIC + 0x10) = 0;
		*at(IO_APIC) = 0x10 + 2 * pin;
		*at(IO_APIC + 0x10) = (VECTOR_PINS + pin) | (pin >= 16 ? IO_APIC_LEVEL : 0);
	}
	*at(HPET + HPET_TIMER0) = HPET_PERIODIC_ON;
	*at(HPET + HPET_COMPARATOR0) = HPET_PERIOD;
	*at(HPET + HPET_COMPARATOR0) = HPET_PERIOD;
	*at(HPET + HPET_CONFIG) = HPET_ON_LEGACY;
}

__asm__(".text\n"
	"ignore:\n"
	"	iretq\n");
extern const char ignore[] __attribute__((visibility("hidden")));

/* Takes the one interrupt that is pending, and does not say that it has. */
static void leave_in_service(void)
{
	const UINTN entry = (UINTN)ignore;
	struct __attribute__((packed)) {
		UINT16 limit;
		UINTN base;
	} old, own = { sizeof(gates) - 1, (UINTN)gates };
	UINT16 selector;

	__asm__ volatile("sidt %0; mov %%cs, %1" : "=m"(old), "=r"(selector));
	gates[VECTOR_IN_SERVICE].low = (UINT16)entry;
	gates[VECTOR_IN_SERVICE].selector = selector;
	gates[VECTOR_IN_SERVICE].type = 0x8e00;
	gates[VECTOR_IN_SERVICE].middle = (UINT16)(entry >> 16);
	gates[VECTOR_IN_SERVICE].high = (UINT32)(entry >> 32);
	*at(LOCAL_APIC + APIC_ICR) = APIC_TO_SELF | VECTOR_IN_SERVICE;
	__asm__ volatile("lidt %0; sti; nop; nop; cli; lidt %1" : : "m"(own), "m"(old) : "memory");
}

static void open_local_apic(void)
{
	*at(LOCAL_APIC + APIC_SPURIOUS) = APIC_ON;
	leave_in_service();
	*at(LOCAL_APIC + APIC_ICR) = APIC_TO_SELF | VECTOR_PENDING;
	*at(LOCAL_APIC + APIC_LINT0) = APIC_EXTINT;
	*at(LOCAL_APIC + APIC_DIVIDE) = APIC_BY_1;
	*at(LOCAL_APIC + APIC_TIMER) = APIC_PERIODIC | VECTOR_TIMER;
	*at(LOCAL_APIC + APIC_COUNT) = 1000000;
}

static EFI_STATUS EFIAPI exit_noisy(EFI_HANDLE image, UINTN key)
{
	const EFI_STATUS status = exit_boot_services(image, key);

	if (EFI_ERROR(status))
		return status;
	__asm__ volatile("cli");
	open_local_apic();
	open_8259s();
	open_io_apic();
	return status;
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
	launch_init(image, system);
	HOOK(boot_services, ExitBootServices, exit_noisy, &exit_boot_services);
	launch("noisy", NULL, NULL);
	return finish();
}

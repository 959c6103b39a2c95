/* SPDX-License-Identifier: BSD-2-Clause */
/* This CPU's local APIC, in the mode that boot_info says. Intel SDM vol. 3A, chapter 10. */
#ifndef PAYLOAD_APIC_H
#define PAYLOAD_APIC_H

#include <stdbool.h>
#include <stdint.h>

/* Interrupts for another CPU: the low half of the interrupt command register (figure 10-12). */
#define APIC_NMI 0x4400

/* IA32_APIC_BASE, or 0 where there is no local APIC or it is switched off: vol. 3A 10.4.3. */
uint64_t apic_base(void);

/* Why nothing of it can be read; NULL where it can. */
const char *apic_why_not(void);

/* A register, by its offset in the page; APIC IDs are in other bits in x2APIC mode. */
uint32_t apic_register(unsigned offset);

/* The ID of the APIC that answers. */
uint32_t apic_id(void);

/* xAPIC mode has eight bits for an ID, and the highest means every CPU. */
bool apic_can_reach(uint32_t id);

/* Everything that this CPU wrote before is seen by the CPU that is interrupted. */
void apic_send(uint32_t id, uint32_t command);

#endif

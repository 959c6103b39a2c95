/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Setting and copying 64-bit words: the two primitives that are one instruction on x86-64, because
 * REP STOSQ and REP MOVSQ write a page several times as fast as a loop does.
 *
 * `make prove` cannot look into assembly: what it proves is the plain C below (MM_PLAIN_C), and
 * not the body that ships. That the instructions do the same is taken from SDM vol. 2B, "REP", and
 * from the direction flag, which is clear at every call (psABI 3.2.1; UEFI 2.10, 2.3.4.2). Unit
 * tests run both: those of the tiny geometry are compiled with MM_PLAIN_C.
 */
#ifndef MM_WORDS_H
#define MM_WORDS_H

#include <stdint.h>

#if defined(__x86_64__) && !defined(MM_PLAIN_C)
#define MM_REP_WORDS 1
#else
#define MM_REP_WORDS 0
#endif

/*@ requires \valid(to + (0 .. count - 1));
  @ assigns to[0 .. count - 1];
  @ ensures \forall integer n; 0 <= n < \old(count) ==> \old(to)[n] == value;
  @*/
static inline void mm_words_set(uint64_t *to, uint64_t count, uint64_t value)
{
#if MM_REP_WORDS
	__asm__ volatile("rep stosq" : "+D"(to), "+c"(count) : "a"(value) : "memory");
#else
	/*@ loop invariant 0 <= count <= \at(count, Pre);
	  @ loop invariant to == \at(to, Pre) + (\at(count, Pre) - count);
	  @ loop invariant \forall integer n; 0 <= n < \at(count, Pre) - count ==>
	  @	\at(to, Pre)[n] == value;
	  @ loop assigns to, count, \at(to, Pre)[0 .. \at(count, Pre) - 1];
	  @ loop variant count;
	  @*/
	for (; count; count--)
		*to++ = value;
#endif
}

/*@ requires \valid(to + (0 .. count - 1));
  @ assigns to[0 .. count - 1];
  @ ensures \forall integer n; 0 <= n < count ==> to[n] == 0;
  @*/
static inline void mm_words_clear(uint64_t *to, uint64_t count)
{
	mm_words_set(to, count, 0);
}

/*@ requires \valid(to + (0 .. count - 1)) && \valid_read(from + (0 .. count - 1));
  @ requires \separated(to + (0 .. count - 1), from + (0 .. count - 1));
  @ assigns to[0 .. count - 1];
  @*/
static inline void mm_words_copy(uint64_t *to, const uint64_t *from, uint64_t count)
{
#if MM_REP_WORDS
	__asm__ volatile("rep movsq" : "+D"(to), "+S"(from), "+c"(count) : : "memory");
#else
	/*@ loop invariant 0 <= count <= \at(count, Pre);
	  @ loop invariant to == \at(to, Pre) + (\at(count, Pre) - count);
	  @ loop invariant from == \at(from, Pre) + (\at(count, Pre) - count);
	  @ loop assigns to, from, count, \at(to, Pre)[0 .. \at(count, Pre) - 1];
	  @ loop variant count;
	  @*/
	for (; count; count--)
		*to++ = *from++;
#endif
}

#endif

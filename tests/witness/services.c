// SPDX-License-Identifier: BSD-2-Clause
/*
 * Calls the firmware's runtime services from Linux, by way of its module efi_test, and tells what
 * each call came to: "witness: service NAME STATUS", with words that do not depend on the time or
 * on what variables there are. So two boots on the same firmware have to tell the same. Nothing
 * stays changed.
 *
 * With the argument "ticks" it only tells the time stamp counter.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#define PACKED __attribute__((packed))

struct guid {
	uint32_t a;
	uint16_t b, c;
	uint8_t d[8];
};

struct efi_time {
	uint16_t year;
	uint8_t month, day, hour, minute, second, pad1;
	uint32_t nanosecond;
	int16_t time_zone;
	uint8_t daylight, pad2;
};

/*
 * The interface is in Linux' drivers/firmware/efi/test/efi_test.h: _IOC(direction, 'p', n, bytes).
 * Most calls take nothing but pointers, the last of which is to the status; these take something
 * else, too.
 */
struct set_variable {
	const uint16_t *name;
	const struct guid *vendor;
	uint32_t attributes;
	uint64_t bytes;
	const void *data;
	uint64_t *status;
} PACKED;

struct query {
	uint32_t attributes;
	uint64_t *most, *rest, *largest, *status;
} PACKED;

struct set_wakeup {
	uint8_t enable;
	const struct efi_time *time;
	uint64_t *status;
} PACKED;

enum { R = _IOC_READ, W = _IOC_WRITE };
enum {
	GET_VARIABLE = 1,
	SET_VARIABLE,
	GET_TIME,
	SET_TIME,
	GET_WAKEUP,
	SET_WAKEUP,
	NEXT_NAME,
	QUERY,
	COUNT
};

#define CALL(direction, n, ...)                                                         \
	call(_IOC(direction, 'p', n, sizeof((const void *[]){ __VA_ARGS__, &status })), \
	     (const void *[]){ __VA_ARGS__, &status })

#define NO_STATUS (~UINT64_C(0)) /* the call did not get as far as the firmware */

static const struct guid vendor = {
	0xcfc8fc79, 0xbe2e, 0x4ddc, { 0x97, 0xf0, 0x9f, 0x98, 0xbf, 0xe2, 0x98, 0xa0 }
};
static const uint16_t name[] = u"KeelWitnessService";
static int device;
static uint64_t status;

static void tell(const char *what, int good)
{
	printf("witness: service %s 0x%llx %s\n", what, (unsigned long long)status,
	       good ? "good" : "bad");
}

static void call(unsigned long request, void *argument)
{
	status = NO_STATUS;
	ioctl(device, request, argument);
}

static void get_time(struct efi_time *time)
{
	CALL(R, GET_TIME, time, NULL);
}

static void set_time(const struct efi_time *time)
{
	CALL(W, SET_TIME, time);
}

static uint8_t get_wakeup(struct efi_time *time)
{
	uint8_t enabled = 0xff, pending;

	CALL(R, GET_WAKEUP, &enabled, &pending, time);
	return enabled;
}

static void set_wakeup(uint8_t enable, struct efi_time *time)
{
	call(_IOC(W, 'p', SET_WAKEUP, sizeof(struct set_wakeup)),
	     &(struct set_wakeup){ enable, time, &status });
}

static void times(void)
{
	struct efi_time now = { 0 }, later, wrong;

	get_time(&now);
	tell("GetTime", now.year >= 2020 && now.month >= 1 && now.month <= 12);
	get_time(NULL);
	tell("GetTime-nowhere", 1);
	set_time(&now);
	get_time(&later);
	tell("SetTime-now", later.year == now.year || later.month == 1);
	wrong = now;
	wrong.month = 13;
	set_time(&wrong);
	tell("SetTime-month-13", 1);
	wrong = now;
	wrong.year = 1899;
	set_time(&wrong);
	tell("SetTime-year-1899", 1);
	/* Later on the same day: edk2 takes no alarm that is further away. */
	later = now;
	later.hour = now.hour < 23 ? now.hour + 1 : 23;
	later.minute = later.second = 59;
	set_wakeup(1, &later);
	tell("SetWakeupTime", 1);
	memset(&wrong, 0, sizeof(wrong));
	tell("GetWakeupTime", get_wakeup(&wrong) == 1 && wrong.hour == later.hour);
	set_wakeup(0, NULL);
	tell("SetWakeupTime-off", 1);
	tell("GetWakeupTime-off", get_wakeup(&wrong) == 0);
}

static uint64_t get(const uint16_t *which, void *data, uint64_t bytes, uint32_t *attributes)
{
	CALL(R | W, GET_VARIABLE, which, &vendor, attributes, &bytes, data);
	return bytes;
}

static void set(const uint16_t *which, uint32_t attributes, const char *data, uint64_t bytes)
{
	call(_IOC(W, 'p', SET_VARIABLE, sizeof(struct set_variable)),
	     &(struct set_variable){ which, &vendor, attributes, bytes, data, &status });
}

/* 1: it is named once; 0: not at all; otherwise something is wrong. */
static int named(void)
{
	uint16_t at[512] = { 0 };
	struct guid of = { 0 };
	int found = 0;

	for (int n = 0; n < 4096; n++) {
		uint64_t bytes = sizeof(at);

		CALL(R | W, NEXT_NAME, &bytes, at, &of);
		if (status)
			return found;
		found += !memcmp(&of, &vendor, sizeof(of)) && !memcmp(at, name, sizeof(name));
	}
	return -1;
}

static void variables(void)
{
	char data[64] = "";
	uint32_t attributes = 0;
	uint64_t most = 0, rest = 0, largest = 0;

	get(name, data, sizeof(data), &attributes);
	tell("GetVariable-none", 1);
	set(name, 7, "one", 3);
	tell("SetVariable", 1);
	tell("GetVariable", get(name, data, sizeof(data), &attributes) == 3 && attributes == 7 &&
				    !memcmp(data, "one", 3));
	tell("GetVariable-small", get(name, data, 1, &attributes) == 3);
	set(name, 7 | 0x40, "two", 3);
	tell("SetVariable-append",
	     get(name, data, sizeof(data), &attributes) == 6 && !memcmp(data, "onetwo", 6));
	set(name, 3, "x", 1);
	tell("SetVariable-other-attributes", 1);
	set(name, 4, "x", 1);
	tell("SetVariable-runtime-alone", 1);
	tell("GetNextVariableName", named() == 1);
	set(name, 7, "", 0);
	tell("SetVariable-delete", 1);
	tell("GetNextVariableName-deleted", named() == 0);
	set(u"", 7, "x", 1);
	tell("SetVariable-nameless", 1);
	call(_IOC(R, 'p', QUERY, sizeof(struct query)),
	     &(struct query){ 7, &most, &rest, &largest, &status });
	tell("QueryVariableInfo", rest <= most && largest <= most && largest > 0);
	call(_IOC(R, 'p', QUERY, sizeof(struct query)),
	     &(struct query){ 0, &most, &rest, &largest, &status });
	tell("QueryVariableInfo-nothing", 1);
}

static void counts(void)
{
	uint32_t first = 0, second = 0;

	CALL(R, COUNT, &first);
	tell("GetNextHighMonotonicCount", 1);
	CALL(R, COUNT, &second);
	tell("GetNextHighMonotonicCount-again", second == first + 1);
}

int main(int count, char **arguments)
{
	if (count > 1 && !strcmp(arguments[1], "ticks"))
		return printf("%llx\n", __builtin_ia32_rdtsc()) < 0;
	device = open("/dev/efi_test", O_RDWR);
	if (device < 0) {
		puts("witness: failed open /dev/efi_test");
		return 1;
	}
	times();
	variables();
	counts();
	return 0;
}

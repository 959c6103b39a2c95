/* SPDX-License-Identifier: BSD-2-Clause */
/* Load options: what they give, what is refused and how, and what is not taken for text at all. */
#include "config_case.h"

static void taken(const char *options, const char *kernel, const char *command_line)
{
	struct config_case c = { .trust = CONFIG_FREE };

	case_options(&c, options);
	expect_ok(&c);
	assert_null(c.config.chosen);
	assert_int_equal(c.config.entry_count, 1);
	assert_int_equal(c.config.default_entry, 0);
	assert_int_equal(c.config.timeout_seconds, 0);
	assert_string_equal(c.config.entries->title, "load options");
	assert_int_equal(c.config.entries->line, 0);
	if (kernel)
		assert_string_equal(c.config.entries->kernel, kernel);
	else
		assert_null(c.config.entries->kernel);
	assert_string_equal(c.config.entries->options, command_line);
	case_free(&c);
}

static void words(void **state)
{
	(void)state;
	taken("keel.efi kernel=\\my.elf", "\\my.elf", "");
	taken("kernel=\\my.elf", "\\my.elf", "");
	taken("  \"FS0:\\my folder\\keel.efi\"\tkernel=k  ", "k", "");
	taken("kernel=\"\\my kernel.elf\" options=quiet", "\\my kernel.elf", "quiet");
	taken("\"kernel=\\my kernel.elf\"", "\\my kernel.elf", "");
	taken("kernel=\\my\" \"kernel.elf", "\\my kernel.elf", "");
	taken("keel options=\"root=/dev/x quiet\" kernel=a options=b", "a", "root=/dev/x quiet b");
	taken("selfcheck", NULL, "");
	taken("keel.efi selfcheck options=x", NULL, "x");
	taken("kernel=a=b options=c==d", "a=b", "c==d");
}

static void everything(void **state)
{
	struct config_case c = { .trust = CONFIG_FREE };
	const struct config_module *module;

	(void)state;
	case_options(&c,
		     "k.efi module=\"\\initrd.img some options\" kernel=x module=y symbols=yes");
	expect_ok(&c);
	module = c.config.modules;
	assert_int_equal(c.config.module_count, 2);
	assert_int_equal(c.config.entries->module_count, 2);
	assert_int_equal(c.config.entries->first_module, 0);
	assert_string_equal(module[0].path, "\\initrd.img");
	assert_string_equal(module[0].options, "some options");
	assert_string_equal(module[1].path, "y");
	assert_string_equal(module[1].options, "");
	assert_true(c.config.entries->symbols);
	case_free(&c);
}

static void chosen(void **state)
{
	struct config_case c = { .trust = CONFIG_FREE };

	(void)state;
	case_options(&c, "keel.efi entry=\"My kernel\"");
	expect_ok(&c);
	assert_int_equal(c.config.entry_count, 0);
	assert_string_equal(c.config.chosen, "My kernel");
	case_free(&c);
}

static void expect_quiet(const char *options, enum config_result result, bool wanted)
{
	struct config_case c = { .trust = CONFIG_FREE };

	case_options(&c, options);
	assert_int_equal(c.result, result);
	assert_int_equal(c.config.quiet, wanted);
	if (result == CONFIG_NONE)
		assert_int_equal(c.config.entry_count, 0);
	case_free(&c);
}

static void driver(void **state)
{
	struct config_case c = { .trust = CONFIG_FREE };

	(void)state;
	case_options(&c, "driver=\"\\a b.efi\" selfcheck");
	expect_ok(&c);
	assert_string_equal(c.config.entries->driver, "\\a b.efi");
	assert_null(c.config.entries->kernel);
	case_free(&c);
	refused_options("driver=d selfcheck driver=e",
			"'driver' cannot follow the 'driver' before it");
	refused_options("driver=d entry=A", "'entry' cannot follow the 'driver' before it");
	refused_options(
		"keel.efi driver=d",
		"entry 'load options' starts nothing: expected 'kernel=PATH' or 'selfcheck'");
}

/* By itself it starts nothing; and Linux has a word like that, too. */
static void quiet(void **state)
{
	(void)state;
	expect_quiet("keel.efi", CONFIG_NONE, false);
	expect_quiet("keel.efi quiet", CONFIG_NONE, true);
	expect_quiet("quiet", CONFIG_NONE, true);
	expect_quiet("quiet kernel=k", CONFIG_OK, true);
	expect_quiet("keel.efi selfcheck quiet", CONFIG_OK, true);
	expect_quiet("entry=Hello quiet", CONFIG_OK, true);
	expect_quiet("quiet entry=Hello", CONFIG_OK, true);
	expect_quiet("console=ttyS0 quiet", CONFIG_FOREIGN, false);
	refused_options("selfcheck quiet=1", "takes no value: expected 'quiet', found 'quiet=1'");
}

/* The text of a boot option need not end with a NUL, and one may end it before the data do. */
static void ends(void **state)
{
	static const char text[] = "kernel=k\0\0";
	struct config_case c = { .trust = CONFIG_FREE };

	(void)state;
	for (uint64_t units = 8; units <= sizeof(text); units++) {
		case_options_units(&c, text, units);
		expect_ok(&c);
		assert_string_equal(c.config.entries->kernel, "k");
		case_free(&c);
	}
}

static void result_is(const void *options, uint64_t bytes, enum config_result result)
{
	struct config_case c = { .trust = CONFIG_FREE };

	case_input(&c, options, bytes);
	c.result = config_parse_options(c.input, bytes, CONFIG_FREE, c.work, &c.config, &c.error);
	assert_int_equal(c.result, result);
	case_free(&c);
}

static void none(void **state)
{
	(void)state;
	result_is("", 0, CONFIG_NONE);
	result_is("\0\0", 2, CONFIG_NONE);
	result_is(" \0\t\0", 4, CONFIG_NONE);
	result_is("k\0e\0e\0l\0", 8, CONFIG_NONE);
	result_is("\"\0k\0 \0e\0\"\0 \0\0\0", 14, CONFIG_NONE);
	result_is("k\0=\0", 4, CONFIG_WRONG);
}

/* A boot option's data may be anything, such as the GUID of the one who made it. */
static void not_text(void **state)
{
	(void)state;
	/* Not these: "kernel=a" with 8 bits a character. A single one could be anything. */
	result_is("kernel=a", 8, CONFIG_WRONG);
	result_is("kernel=ab", 10, CONFIG_WRONG);
	result_is("k", 1, CONFIG_NOT_TEXT);
	result_is("k\0e", 3, CONFIG_NOT_TEXT);
	result_is("k\0\x1b\0", 4, CONFIG_NOT_TEXT);
	result_is("k\0\v\0", 4, CONFIG_NOT_TEXT);
	result_is("k\0\x7f\0", 4, CONFIG_NOT_TEXT);
	result_is("k\0\x9b\0", 4, CONFIG_NOT_TEXT);
	result_is("k\0\0\xd8", 4, CONFIG_NOT_TEXT);
	result_is("\0\xdck\0", 4, CONFIG_NOT_TEXT);
	result_is("\0\xd8\0\xd8", 4, CONFIG_NOT_TEXT);
	result_is("\0\0k\0", 4, CONFIG_NOT_TEXT);
	result_is("k\0\0\0\0\0k\0", 8, CONFIG_NOT_TEXT);
	result_is("\x3d\xd8\x00\xde", 4, CONFIG_NONE); /* U+1F600 */
}

static void foreign_is(const char *options, enum config_result result)
{
	struct config_case c = { .trust = CONFIG_FREE };

	case_options(&c, options);
	assert_int_equal(c.result, result);
	case_free(&c);
}

/* Another program's command line begins with a word that a typing error would not be. */
static void foreign(void **state)
{
	(void)state;
	foreign_is("root=/dev/sdb3 init=/sbin/init rootwait ro", CONFIG_FOREIGN);
	foreign_is("root=x kernel", CONFIG_FOREIGN);
	foreign_is("root=x selfcheck", CONFIG_WRONG);
	foreign_is("root=x dyndbg=\"file ec.c +p; module kernel=x +p\"", CONFIG_FOREIGN);
	foreign_is("kernal=x \"kernel=a b\"", CONFIG_WRONG);
	foreign_is("root=x \"not closed", CONFIG_FOREIGN);
	foreign_is("root=x  kernel=x", CONFIG_WRONG);
	foreign_is("kernal=\\my.elf symbols=yes", CONFIG_WRONG);
	foreign_is("root=x kernels=x xkernel=x", CONFIG_FOREIGN);
	foreign_is("root=kernel console=kernel=x ", CONFIG_FOREIGN);
	foreign_is("root=", CONFIG_WRONG);
	foreign_is("keel.efi root=/dev/sdb3", CONFIG_WRONG);
	foreign_is("kernel=x root=/dev/sdb3", CONFIG_WRONG);
	foreign_is("options=x kernel=", CONFIG_WRONG);
}

/* Firmware does not promise that the data are aligned. */
static void unaligned(void **state)
{
	static const char text[] = "xs\0e\0l\0f\0c\0h\0e\0c\0k"; /* and the NUL of the literal */
	struct config config;
	struct config_error error;
	void *work = zalloc(config_work_bytes(18));

	(void)state;
	assert_int_equal(config_parse_options(text + 1, 18, CONFIG_FREE, work, &config, &error),
			 CONFIG_OK);
	free(work);
}

#define KEYS                                                                             \
	"quiet, kernel=PATH, selfcheck, options=TEXT, module=PATH [TEXT], driver=PATH, " \
	"symbols=yes|no, version=NUMBER, cpus=left|started, random=no|place, "           \
	"screen=WIDTHxHEIGHT, entry=TITLE"

/* As the shell's editor and bcfg put the data of a boot option. */
static void from_a_file(void **state)
{
	static const char text[] = "\xff\xfes\0e\0l\0f\0c\0h\0e\0c\0k\0\r\0\n"; /* and the NUL */
	struct config_case c = { .trust = CONFIG_FREE };

	(void)state;
	result_is(text, sizeof(text), CONFIG_OK);
	result_is("\xff\xfe\r\0\n", 6, CONFIG_NONE);
	taken("kernel=k\r\noptions=\"a\nb\"\n", "k", "a b");
	case_input(&c, text, sizeof(text));
	c.result = config_parse_options(c.input, c.bytes, CONFIG_FREE, c.work, &c.config, &c.error);
	expect_ok(&c);
	assert_null(c.config.entries->kernel);
	case_free(&c);
}

static void refused(void **state)
{
	(void)state;
	refused_options("keel.efi kernl=x", "'kernl' is no key of load options, expected: " KEYS);
	refused_options("keel.efi \\my.elf",
			"'\\my.elf' is no key of load options, expected: " KEYS);
	refused_options("title=x", "'title' is no key of load options, expected: " KEYS);
	refused_options("timeout=3", "'timeout' is no key of load options, expected: " KEYS);
	refused_options("=x", "'' is no key of load options, expected: " KEYS);
	refused_options("keel.efi \"\"", "'' is no key of load options, expected: " KEYS);
	refused_options("keel.efi kernel", "no value: expected 'kernel=PATH', found 'kernel'");
	refused_options("kernel=", "no value: expected 'kernel=PATH', found 'kernel'");
	refused_options("kernel=\"\"", "no value: expected 'kernel=PATH', found 'kernel'");
	refused_options("kernel=x symbols=maybe",
			"neither yes nor no: expected 'symbols=yes|no', found 'symbols=maybe'");
	refused_options("kernel=x screen=1280",
			"not two numbers from 1 to 16384: expected 'screen=WIDTHxHEIGHT', "
			"found 'screen=1280'");
	refused_options("entry=y screen=1x1", "'screen' cannot follow the 'entry' before it");
	refused_options("selfcheck=yes",
			"takes no value: expected 'selfcheck', found 'selfcheck=yes'");
	refused_options("kernel=x options=\"a b", "no closing quote in 'options=a b'");
	refused_options("\"", "no closing quote in ''");
	refused_options("kernel=x kernel=x", "'kernel' cannot follow the 'kernel' before it");
	refused_options("kernel=x selfcheck", "'selfcheck' cannot follow the 'kernel' before it");
	refused_options("kernel=x entry=y", "'entry' cannot follow the 'kernel' before it");
	refused_options("entry=y options=x", "'options' cannot follow the 'entry' before it");
	refused_options("entry=y selfcheck", "'selfcheck' cannot follow the 'entry' before it");
	refused_options("entry=y entry=y", "'entry' cannot follow the 'entry' before it");
	refused_options("keel.efi options=x", "entry 'load options' starts nothing: expected "
					      "'kernel=PATH' or 'selfcheck'");
}

/* The largest text that load options can become: each unit is three bytes. */
static void wide(void **state)
{
	char options[2 * 300];
	struct config_case c = { .trust = CONFIG_FREE };

	(void)state;
	for (unsigned n = 0; n < sizeof(options); n += 2)
		memcpy(options + n, "\xac\x20", 2); /* U+20AC */
	for (unsigned n = 0; n < 8; n++)
		memcpy(options + 2 * n, (char[]){ "options="[n], 0 }, 2);
	case_input(&c, options, sizeof(options));
	c.result = config_parse_options(c.input, c.bytes, CONFIG_FREE, c.work, &c.config, &c.error);
	assert_int_equal(c.result, CONFIG_WRONG);
	assert_int_equal(strlen(c.config.entries->options), 3 * 292);
	case_free(&c);
}

/* What a start under a given trust comes to: refused with that text, or NULL for taken. */
static void trusted(enum config_trust trust, const char *options, const char *refusal,
		    const char *chosen, const char *outside)
{
	struct config_case c = { .trust = trust };

	case_options(&c, options);
	if (refusal) {
		expect_refused(&c, 0, refusal);
	} else {
		expect_ok(&c);
		assert_int_equal(c.config.entry_count, trust == CONFIG_SECURE);
		if (chosen)
			assert_string_equal(c.config.chosen, chosen);
		else
			assert_null(c.config.chosen);
		if (outside)
			assert_string_equal(c.config.outside, outside);
		else
			assert_null(c.config.outside);
	}
	case_free(&c);
}

#define SECURE                                                                               \
	"Secure Boot is on, and this comes from outside of the image (put it into a bundle " \
	"with keel-bundle, or turn Secure Boot off): "
#define BUNDLE                                                                               \
	"this image is a bundle, and this comes from outside of it (put it into the bundle " \
	"with keel-bundle, or start a keel.efi that is none): "

static void under_secure_boot_nothing_comes_from_outside(void **state)
{
	(void)state;
	trusted(CONFIG_SECURE, "selfcheck", NULL, NULL, NULL);
	trusted(CONFIG_SECURE, "keel.efi selfcheck quiet", NULL, NULL, NULL);
	trusted(CONFIG_SECURE, "kernel=\\my.elf", SECURE "'kernel=\\my.elf'", NULL, NULL);
	trusted(CONFIG_SECURE, "selfcheck module=m", SECURE "'module=m'", NULL, NULL);
	trusted(CONFIG_SECURE, "selfcheck driver=d", SECURE "'driver=d'", NULL, NULL);
	trusted(CONFIG_SECURE, "selfcheck options=a", SECURE "'options=a'", NULL, NULL);
	trusted(CONFIG_SECURE, "entry=A", SECURE "'entry=A'", NULL, NULL);
	trusted(CONFIG_SECURE, "selfcheck cpus=started", SECURE "'cpus=started'", NULL, NULL);
	trusted(CONFIG_SECURE, "symbols=yes", SECURE "'symbols=yes'", NULL, NULL);
}

static void a_bundle_lets_choose_from_what_it_has(void **state)
{
	(void)state;
	trusted(CONFIG_BUNDLE, "entry=A", NULL, "A", "");
	trusted(CONFIG_BUNDLE, "options=a options=b", NULL, NULL, "a b");
	trusted(CONFIG_BUNDLE, "keel.efi entry=A quiet options=\"a b\"", NULL, "A", "a b");
	trusted(CONFIG_BUNDLE, "options=a entry=A", NULL, "A", "a");
	trusted(CONFIG_BUNDLE, "entry=A entry=B", "'entry' cannot follow the 'entry' before it",
		NULL, NULL);
	trusted(CONFIG_BUNDLE, "kernel=\\my.elf", BUNDLE "'kernel=\\my.elf'", NULL, NULL);
	trusted(CONFIG_BUNDLE, "options=a module=m", BUNDLE "'module=m'", NULL, NULL);
	trusted(CONFIG_BUNDLE, "driver=d", BUNDLE "'driver=d'", NULL, NULL);
	trusted(CONFIG_BUNDLE, "selfcheck", BUNDLE "'selfcheck'", NULL, NULL);
	trusted(CONFIG_BUNDLE, "random=place", BUNDLE "'random=place'", NULL, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(under_secure_boot_nothing_comes_from_outside),
		cmocka_unit_test(a_bundle_lets_choose_from_what_it_has),
		cmocka_unit_test(words),
		cmocka_unit_test(quiet),
		cmocka_unit_test(driver),
		cmocka_unit_test(everything),
		cmocka_unit_test(chosen),
		cmocka_unit_test(ends),
		cmocka_unit_test(none),
		cmocka_unit_test(not_text),
		cmocka_unit_test(unaligned),
		cmocka_unit_test(from_a_file),
		cmocka_unit_test(foreign),
		cmocka_unit_test(refused),
		cmocka_unit_test(wide),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

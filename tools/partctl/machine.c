// SPDX-License-Identifier: GPL-2.0
/*
 * Facts about this machine.
 *
 * Only what user space can see; the module itself looks closer when it is
 * loaded, and says in one line what it does not like.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "libpart.h"
#include "machine.h"
#include "module.h"
#include "partctl.h"

struct cpuinfo {
	char vendor[32];
	char flags[8192];		/* " fpu vme … " */
};

static void set(struct fact *fact, const char *name, enum fact_level level,
		const char *todo, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));

static void set(struct fact *fact, const char *name, enum fact_level level,
		const char *todo, const char *fmt, ...)
{
	va_list args;

	fact->name = name;
	fact->level = level;
	snprintf(fact->todo, sizeof(fact->todo), "%s", todo);
	va_start(args, fmt);
	vsnprintf(fact->text, sizeof(fact->text), fmt, args);
	va_end(args);
}

static bool read_line(const char *absolute, char *buf, int size)
{
	char path[PATH_MAX];
	FILE *f;
	bool ok;

	path_at(path, absolute);
	f = fopen(path, "re");
	if (!f)
		return false;
	ok = fgets(buf, size, f);
	fclose(f);
	if (ok)
		buf[strcspn(buf, "\n")] = '\0';
	return ok;
}

static void read_cpuinfo(struct cpuinfo *info)
{
	char line[sizeof(info->flags)];
	char path[PATH_MAX];
	char *value;
	FILE *f;

	memset(info, 0, sizeof(*info));
	path_at(path, "/proc/cpuinfo");
	f = fopen(path, "re");
	while (f && !*info->flags && fgets(line, sizeof(line) - 2, f)) {
		line[strcspn(line, "\n")] = '\0';
		value = strchr(line, ':');
		if (!value)
			continue;
		value++;
		if (!strncmp(line, "vendor_id", 9))
			snprintf(info->vendor, sizeof(info->vendor), "%.31s",
				 value + strspn(value, " "));
		else if (!strncmp(line, "flags", 5))
			snprintf(info->flags, sizeof(info->flags), "%s ",
				 value);
	}
	if (f)
		fclose(f);
}

static bool has_flag(const struct cpuinfo *info, const char *flag)
{
	char word[40];

	snprintf(word, sizeof(word), " %s ", flag);
	return strstr(info->flags, word);
}

static void fact_cpu(struct fact *fact, const struct cpuinfo *info)
{
	bool hygon = !strcmp(info->vendor, "HygonGenuine");

	if (!strcmp(info->vendor, "AuthenticAMD") || hygon) {
		if (!has_flag(info, "svm"))
			set(fact, "cpu", FACT_MISSING,
			    has_flag(info, "hypervisor") ?
			    "let the hypervisor below offer nested virtualisation (QEMU: -cpu host or +svm)" :
			    "enable SVM (AMD-V) in the firmware's set-up",
			    "%s without SVM", info->vendor);
		else if (!has_flag(info, "npt"))
			set(fact, "cpu", FACT_MISSING,
			    "hvpart needs a processor with nested paging",
			    "SVM without nested paging");
		else
			set(fact, "cpu", FACT_OK, "",
			    "AMD SVM with nested paging");
	} else if (!strcmp(info->vendor, "GenuineIntel")) {
		set(fact, "cpu", FACT_MISSING,
		    "the Intel back end is not written yet",
		    "Intel %s", has_flag(info, "vmx") ? "VMX" : "without VMX");
	} else {
		set(fact, "cpu", FACT_MISSING, "hvpart needs an AMD processor",
		    "%s", *info->vendor ? info->vendor : "unknown processor");
	}
}

const char *machine_kvm(void)
{
	static const char *const names[] = { "kvm_amd", "kvm_intel" };
	char at_load = module_parameter("kvm", "enable_virt_at_load");
	int i;

	for (i = 0; i < 2; i++) {
		if (!module_loaded(names[i]))
			continue;
		/*
		 * From 6.12 on KVM takes the CPUs when it is loaded; before,
		 * only while a virtual machine exists.
		 */
		if (at_load == 'Y' || at_load == '1' ||
		    module_users(names[i]) > 0)
			return names[i];
	}
	return NULL;
}

static void fact_holders(struct fact *fact)
{
	const char *kvm = machine_kvm();

	if (kvm && module_users(kvm) > 0)
		set(fact, "holders", FACT_BUSY,
		    "end KVM's virtual machines, then 'partctl enable --replace-kvm'",
		    "%s runs virtual machines", kvm);
	else if (kvm)
		set(fact, "holders", FACT_BUSY,
		    "'partctl enable --replace-kvm' unloads it first",
		    "%s holds the processors and is idle", kvm);
	else if (module_loaded("vboxdrv") || module_loaded("vmmon"))
		set(fact, "holders", FACT_NOTE,
		    "end its virtual machines before you load hvpart",
		    "%s is loaded", module_loaded("vboxdrv") ?
		    "VirtualBox" : "VMware");
	else
		set(fact, "holders", FACT_OK, "",
		    "nobody else uses the processors' virtualisation");
}

static void fact_below(struct fact *fact, const struct cpuinfo *info)
{
	char clock[64] = "";
	char type[64] = "";

	read_line("/sys/devices/system/clocksource/clocksource0/current_clocksource",
		  clock, sizeof(clock));
	read_line("/sys/hypervisor/type", type, sizeof(type));
	if (!strcmp(type, "xen") || !strncmp(clock, "hyperv", 6))
		set(fact, "below", FACT_MISSING,
		    "Linux talks to that hypervisor and would lose it; use a machine without paravirtual interfaces",
		    "Linux is a guest of %s", *type ? "Xen" : "Hyper-V");
	else if (!strcmp(clock, "kvm-clock"))
		set(fact, "below", FACT_NOTE,
		    "if loading is refused, switch KVM's paravirtual features off (QEMU: -cpu …,kvm=off)",
		    "Linux is a guest of KVM and uses its clock");
	else if (has_flag(info, "hypervisor"))
		set(fact, "below", FACT_OK, "",
		    "a hypervisor below, without paravirtual interfaces in use");
	else
		set(fact, "below", FACT_OK, "", "bare machine");
}

static void fact_encryption(struct fact *fact, const struct cpuinfo *info)
{
	char sev[8] = "";

	read_line("/sys/module/kvm_amd/parameters/sev_snp", sev, sizeof(sev));
	if (has_flag(info, "tdx_guest"))
		set(fact, "encryption", FACT_MISSING,
		    "use a machine that is no confidential guest",
		    "a TDX guest");
	else if (*sev == 'Y')
		set(fact, "encryption", FACT_NOTE,
		    "hvpart refuses while SEV-SNP is in use; boot with kvm_amd.sev=0",
		    "SEV-SNP is enabled in KVM");
	else
		set(fact, "encryption", FACT_OK, "",
		    "no memory encryption known to be in use");
}

static void fact_kernel(struct fact *fact)
{
	struct utsname uts;
	int major, minor;

	uname(&uts);
	if (strcmp(uts.machine, "x86_64"))
		set(fact, "kernel", FACT_MISSING, "hvpart needs x86-64",
		    "Linux %s on %s", uts.release, uts.machine);
	else if (sscanf(uts.release, "%d.%d", &major, &minor) == 2 &&
		 (major < 6 || (major == 6 && minor < 1)))
		set(fact, "kernel", FACT_MISSING, "hvpart needs Linux 6.1 or newer",
		    "Linux %s", uts.release);
	else
		set(fact, "kernel", FACT_OK, "", "Linux %s", uts.release);
}

static void fact_lockdown(struct fact *fact)
{
	char line[128];

	if (read_line("/sys/kernel/security/lockdown", line, sizeof(line)) &&
	    !strstr(line, "[none]"))
		set(fact, "lockdown", FACT_NOTE,
		    "only signed modules can be loaded: sign hvpart.ko with a key that the firmware or MOK knows",
		    "the kernel is locked down: %s", line);
	else
		set(fact, "lockdown", FACT_OK, "", "the kernel is not locked down");
}

static void fact_module(struct fact *fact)
{
	if (module_loaded("hvpart"))
		set(fact, "module", FACT_OK, "", "hvpart is loaded");
	else if (module_installed("hvpart"))
		set(fact, "module", FACT_OK, "", "hvpart is installed for this kernel");
	else
		set(fact, "module", FACT_NOTE,
		    "'make module', then 'partctl enable --module FILE', or 'make install'",
		    "hvpart is not installed for this kernel");
}

static void fact_device(struct fact *fact)
{
	char path[PATH_MAX];
	struct part_dev *dev;
	int ret;

	path_at(path, PART_DEVICE);
	ret = part_open(&dev, path);
	if (!ret) {
		part_close(dev);
		set(fact, "device", FACT_OK, "", "%s answers", PART_DEVICE);
	} else if (!module_loaded("hvpart")) {
		set(fact, "device", FACT_OK, "", "%s comes with the module",
		    PART_DEVICE);
	} else if (ret == -EACCES) {
		set(fact, "device", FACT_NOTE, "become root",
		    "%s is not yours", PART_DEVICE);
	} else {
		set(fact, "device", FACT_MISSING,
		    "see the kernel's log; partctl and module must be of one release",
		    "%s: %s", PART_DEVICE, part_strerror(ret));
	}
}

static void fact_user(struct fact *fact)
{
	if (geteuid())
		set(fact, "user", FACT_NOTE, "become root to load it and to run partitions",
		    "you are not root");
	else
		set(fact, "user", FACT_OK, "", "you are root");
}

int machine_facts(struct fact *facts)
{
	static struct cpuinfo info;
	int n = 0;

	read_cpuinfo(&info);
	fact_kernel(&facts[n++]);
	fact_cpu(&facts[n++], &info);
	/* Loaded, it holds the processors itself, and hides what it uses. */
	if (module_loaded("hvpart")) {
		if (facts[n - 1].level == FACT_MISSING)
			set(&facts[n - 1], "cpu", FACT_OK, "", "in hvpart's hands");
	} else {
		fact_holders(&facts[n++]);
		fact_below(&facts[n++], &info);
		fact_encryption(&facts[n++], &info);
		fact_lockdown(&facts[n++]);
	}
	fact_module(&facts[n++]);
	fact_device(&facts[n++]);
	fact_user(&facts[n++]);
	return n;
}

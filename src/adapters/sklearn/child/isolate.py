"""What loads a pickled file runs in here: in namespaces of its own where asked, with limits, and with nothing of what the machine has but the interpreter.

Linux only; needs no program and no privilege: where the system refuses, it says why and nothing is loaded.
"""
import ctypes
import json
import os
import signal
import sys
import sysconfig

NEW_NAMESPACES = 0x10000000 | 0x00020000 | 0x40000000 | 0x20000000 | 0x08000000 | 0x04000000 | 0x02000000
"""User, mount, network, process, interprocess, host name, control group."""
RDONLY, NOSUID, NODEV, NOEXEC, REMOUNT, NOATIME, BIND, REC, PRIVATE = 1, 2, 4, 8, 32, 1024, 4096, 16384, 1 << 18
DETACH = 2
PDEATHSIG, CAPBSET_DROP, NO_NEW_PRIVS = 1, 24, 38
NOBODY = 65534
SYSTEM = ["/lib", "/lib32", "/lib64", "/libx32", "/usr/lib", "/usr/lib32", "/usr/lib64", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d"]
KEEPER = 3
"""Says that nothing is kept apart, and nothing was loaded; closed before anything is."""
SCRATCH = "/.scratch"
DEVICES = ["/dev/null", "/dev/urandom", "/dev/random", "/dev/zero"]


class Refused(Exception):
    """The system does not let this process be kept apart."""


def libc():
    return ctypes.CDLL(None, use_errno=True)


def call(name, *arguments):
    if getattr(libc(), name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise Refused(f"{name}: {os.strerror(number)}")


def mount(source, target, kind=None, flags=0, data=None):
    text = [None if one is None else os.fsencode(one) for one in (source, target, kind, data)]
    if libc().mount(text[0], text[1], text[2], ctypes.c_ulong(flags), text[3]) != 0:
        number = ctypes.get_errno()
        raise Refused(f"mount of {target}: {os.strerror(number)}")


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


def dies_with_parent():
    libc().prctl(PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def apart(folder, needed):
    """Gives only in a process that has nothing else: its parents wait for it, and end as it ends."""
    if sys.platform != "linux":
        raise Refused(f"{sys.platform} has no namespaces")
    privileged = os.geteuid() == 0
    user, group = os.geteuid(), os.getegid()
    ready, mapped, failed = os.pipe(), os.pipe(), os.pipe()
    child = os.fork()
    if child > 0:
        os.close(ready[1])
        os.close(failed[1])
        if os.read(ready[0], 1):
            map_users(child, user, group, privileged)
            os.write(mapped[1], b"1")
        why = b"".join(iter(lambda: os.read(failed[0], 4096), b""))
        status = os.waitpid(child, 0)[1]
        if why:
            raise Refused(why.decode(errors="replace"))
        os._exit(os.waitstatus_to_exitcode(status) & 0xFF)
    dies_with_parent()
    try:
        call("unshare", NEW_NAMESPACES)
        os.write(ready[1], b"1")
        os.read(mapped[0], 1)
        inner = os.fork()
        if inner > 0:
            os.close(failed[1])
            status = os.waitpid(inner, 0)[1]
            code = os.waitstatus_to_exitcode(status)
            os._exit(code if code >= 0 else 128 - code)
        inside(folder, needed)
        # The first process of a namespace takes no signal of its own: it only waits for the one that loads.
        own = os.fork()
        if own > 0:
            os.close(failed[1])
            status = os.waitpid(own, 0)[1]
            code = os.waitstatus_to_exitcode(status)
            os._exit(code if code >= 0 else 128 - code)
        dies_with_parent()
    except (OSError, Refused) as error:
        os.write(failed[1], str(error).encode())
        os._exit(1)
    os.closerange(3, 256)


def map_users(child, user, group, privileged):
    """Where it may be so, what is loaded belongs to nobody, who owns no file of this machine."""
    try:
        if privileged:
            for kind in ("uid_map", "gid_map"):
                write(f"/proc/{child}/{kind}", f"0 0 1\n{NOBODY} {NOBODY} 1\n")
            return
    except OSError:
        pass
    try:
        write(f"/proc/{child}/setgroups", "deny")
    except OSError:
        pass
    for kind, own in (("uid_map", user), ("gid_map", group)):
        try:
            write(f"/proc/{child}/{kind}", f"0 {own} 1\n")
        except OSError:
            pass


def inside(root, needed):
    if os.geteuid() != 0:
        raise Refused("users cannot be mapped")
    dies_with_parent()
    # Nothing in here makes namespaces of its own, where it would have all rights again.
    try:
        for kind in ("user", "mnt", "net", "pid"):
            write(f"/proc/sys/user/max_{kind}_namespaces", "0")
    except OSError:
        pass
    call("sethostname", b"esteira", 7)
    mount(None, "/", None, REC | PRIVATE)
    mount("none", root, "tmpfs", NOSUID | NODEV, "size=1m,mode=755")
    for path in SYSTEM + needed:
        place(root, path)
    for path in DEVICES:
        place(root, path, devices=True)
    for path in masked(needed):
        if os.path.isdir(root + path):
            mount("none", root + path, "tmpfs", RDONLY | NOSUID | NODEV, "size=0,mode=755")
    os.mkdir(root + SCRATCH)
    mount("none", root + SCRATCH, "tmpfs", NOSUID | NODEV | NOEXEC, "size=16m,mode=1777")
    os.mkdir(root + "/old")
    os.chdir(root)
    if libc().syscall(PIVOT_ROOT, b".", b"old") != 0:
        raise Refused(f"pivot_root: {os.strerror(ctypes.get_errno())}")
    os.chdir("/")
    call("umount2", b"/old", DETACH)
    os.rmdir("/old")
    mount("none", "/", None, REMOUNT | BIND | RDONLY | NOSUID | NODEV)
    os.chdir(SCRATCH)
    drop()


PIVOT_ROOT = {"x86_64": 155, "aarch64": 41, "riscv64": 41, "armv7l": 218, "i686": 217, "ppc64le": 203, "s390x": 217}.get(os.uname().machine, -1) if hasattr(os, "uname") else -1


def masked(needed):
    """What is installed beside the standard library belongs to the machine, not to the conversion."""
    return [f"{path}/{name}" for path in needed for name in ("site-packages", "dist-packages")]


def place(root, path, devices=False):
    if not os.path.lexists(path):
        return
    target = root + path
    if os.path.lexists(target):
        return
    os.makedirs(os.path.dirname(target), exist_ok=True)
    if os.path.islink(path) and not devices:
        os.symlink(os.readlink(path), target)
        return
    if os.path.isdir(path):
        os.mkdir(target)
    else:
        os.close(os.open(target, os.O_CREAT | os.O_WRONLY, 0o644))
    try:
        mount(path, target, None, BIND)
    except Refused:
        mount(path, target, None, BIND | REC)
    kept = os.statvfs(target).f_flag & (NOSUID | NODEV | NOEXEC | NOATIME | 2048 | 4096)
    flags = REMOUNT | BIND | RDONLY | NOSUID | (kept & (NODEV | NOEXEC)) | (0 if devices else NODEV)
    flags |= NOATIME if kept & 1024 else 0
    try:
        mount(None, target, None, flags)
    except Refused:
        mount(None, target, None, flags | (1 << 21 if kept & 4096 else 0))


def drop():
    """All rights, for good."""
    # Dropping needs the right to: the numbers go up to 40 today.
    for number in range(64):
        libc().prctl(CAPBSET_DROP, number, 0, 0, 0)
    try:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    except OSError:
        pass
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    if libc().capset(header, (ctypes.c_uint32 * 6)()) != 0:
        raise Refused(f"capset: {os.strerror(ctypes.get_errno())}")
    if libc().prctl(NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise Refused("rights cannot be given up")
    dies_with_parent()


def not_root(folder, needed):
    """Where nothing keeps it apart, what is loaded is at least not the owner of the machine: nobody, where nobody may read what is needed."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return
    try:
        os.chown(folder, NOBODY, NOBODY)
        os.setgroups([])
        os.setegid(NOBODY)
        os.seteuid(NOBODY)
        for path in needed:
            os.listdir(path) if os.path.isdir(path) else open(path, "rb").close()
    except OSError:
        os.seteuid(0)
        os.setegid(0)
        return
    os.seteuid(0)
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)
    if sys.platform == "linux":
        libc().prctl(NO_NEW_PRIVS, 1, 0, 0, 0)
        dies_with_parent()


def limited(memory, seconds):
    try:
        import resource
    except ImportError:
        return
    megabyte = 1024 * 1024
    wanted = {
        "RLIMIT_AS": memory,
        "RLIMIT_CPU": seconds,
        "RLIMIT_FSIZE": 16 * megabyte,
        "RLIMIT_NOFILE": 128,
        # Counted with what the user has already: no process and no thread more.
        "RLIMIT_NPROC": 1,
        "RLIMIT_CORE": 0,
        "RLIMIT_MEMLOCK": 0,
        "RLIMIT_MSGQUEUE": 0,
    }
    for name, value in wanted.items():
        if not hasattr(resource, name):
            continue
        hard = resource.getrlimit(getattr(resource, name))[1]
        most = value if hard == resource.RLIM_INFINITY else min(value, hard)
        try:
            # Time has two: at the first the process is told what it was, at the second it is gone.
            last = min(most + 5, hard) if name == "RLIMIT_CPU" and hard != resource.RLIM_INFINITY else most + 5
            resource.setrlimit(getattr(resource, name), (most, last if name == "RLIMIT_CPU" else most))
        except (OSError, ValueError):
            pass


def interpreter(asked):
    paths = {sysconfig.get_paths()[name] for name in ("stdlib", "platstdlib")}
    library = os.path.join(sysconfig.get_config_var("LIBDIR") or "", sysconfig.get_config_var("INSTSONAME") or "")
    return sorted(paths) + ([library] if library.endswith((".so", ".1.0")) or ".so." in library else []) + [asked["site"], *asked["own"]]


def main():
    asked = json.loads(sys.argv[1])
    if sys.platform == "linux":
        dies_with_parent()
    if asked["apart"]:
        try:
            apart(asked["folder"], interpreter(asked))
        except (OSError, Refused) as error:
            os.write(KEEPER, " ".join(str(error).split()).encode()[:1000] or b"the system refuses it")
            return
    else:
        os.close(KEEPER)
        not_root(asked["folder"], interpreter(asked))
    os.environ.clear()
    # One thread: none more is allowed.
    os.environ.update({name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}, JOBLIB_MULTIPROCESSING="0", TMPDIR=os.getcwd())
    limited(asked["memory"], asked["seconds"])
    sys.path[:0] = [os.path.dirname(asked["own"][0]), asked["site"]]
    import load

    load.main()


main()

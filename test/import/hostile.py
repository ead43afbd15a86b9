# What somebody would do who has code carried out here: each is tried, and those that worked are told.
import ctypes, json, os, socket

def reads(path):
    with open(path, "rb") as file:
        return SECRET in file.read()

def writes(path):
    with open(path, "w") as file:
        file.write("written")
    return os.path.dirname(path) == os.path.dirname(TARGET)

def connects(kind, address):
    one = socket.socket(kind, socket.SOCK_STREAM)
    one.settimeout(5)
    # Whoever listens closes at once: what is sent may not arrive, and has been heard.
    one.connect(address)
    return True

def regains():
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(0x10000000 | 0x00020000) != 0:
        return False
    return True

SECRET = GIVEN["secret"].encode()
TARGET = GIVEN["target"]
tries = {
    "write": lambda: writes(TARGET),
    "tcp": lambda: connects(socket.AF_INET, ("127.0.0.1", GIVEN["port"])),
    "abstract": lambda: connects(socket.AF_UNIX, "\0" + GIVEN["abstract"]),
    "unix": lambda: connects(socket.AF_UNIX, GIVEN["unix"]),
    "variable": lambda: SECRET.decode() in os.environ.values(),
    "file": lambda: reads(GIVEN["file"]),
    "project": lambda: reads(GIVEN["project"]),
    "parent": lambda: reads("/proc/%d/environ" % GIVEN["parent"]),
    "above": lambda: reads("/proc/%d/environ" % os.getppid()),
    "root": lambda: reads("/proc/%d/root%s" % (os.getppid(), GIVEN["file"])),
    "kill": lambda: os.kill(GIVEN["parent"], 0) is None,
    "users": lambda: bool(GIVEN.get("users")) and regains(),
    "mount": lambda: ctypes.CDLL(None).mount(b"none", b"/", None, 32 | 4096, None) == 0,
}
worked = []
for name, attempt in tries.items():
    try:
        if attempt():
            worked.append(name)
    except BaseException:
        pass
raise Exception("worked: " + ", ".join(worked) + ".")

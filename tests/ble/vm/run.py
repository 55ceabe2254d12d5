"""Run a command where there is a real BlueZ: in a virtual machine that lives as long as the command.

    python tests/ble/vm/run.py python -m pytest tests/ble/vm

The machine has a Debian kernel, a D-Bus, BlueZ, and /dev/vhci, through which a program can be a Bluetooth adapter.
It sees the host's files, so that the virtual environment and the working directory are the same in it, and what it
writes is forgotten. It has no network. The processor is emulated, so it needs no rights and is slow.

Needs Debian or a system made of it, on x86-64. What is missing is installed where that may be done. The exit
status is that of the command; 77 says that the machine cannot be had here, and the last line printed says why.
"""

from __future__ import annotations

import gzip
import lzma
import os
import platform
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "imucount-bluez-vm"

CANNOT_BE_HAD = 77  # as automake's test drivers say "skipped"
TIME_LIMIT_S = 600.0
MEMORY_MB = 1024
PROCESSORS = 2

BLUETOOTHD = "/usr/libexec/bluetooth/bluetoothd"
PROGRAMS = {
    "qemu-system-x86_64": "qemu-system-x86",
    "busybox": "busybox-static",
    "depmod": "kmod",
    "cpio": "cpio",
    "dbus-daemon": "dbus",
    BLUETOOTHD: "bluez",
    "/usr/share/seabios/bios-256k.bin": "seabios",
}
# What the kernel needs for the host's files, for BlueZ, and for a Bluetooth adapter that is a program.
MODULES = [
    *("virtio_pci", "virtio_rng", "9pnet_virtio", "9p", "overlay"),
    *("algif_hash", "algif_skcipher", "cmac", "ctr", "ecb", "hmac", "sha512_generic", "drbg"),
    "hci_vhci",
]

GUEST = """
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8
export PYTHONDONTWRITEBYTECODE=1 NO_COLOR=1 IMUCOUNT_BLUEZ_VM=1
ip link set lo up 2>/dev/null
mkdir -p /run/dbus
[ -s /etc/machine-id ] || dbus-uuidgen --ensure=/etc/machine-id
dbus-daemon --system --fork --nopidfile
echo "imucount-vm: Linux $(uname -r), BlueZ $({bluetoothd} --version), up for $(cut -d' ' -f1 /proc/uptime) s"
cd {directory}
{command}
echo $? > /mnt/status
"""


class CannotBeHad(Exception):
    """There is no way to the machine from here."""


def main(command: list[str]) -> int:
    """Run the command; its exit status."""
    if not command:
        print(__doc__)
        return 2
    try:
        kernel, initrd = prepare()
    except (CannotBeHad, OSError, subprocess.SubprocessError) as error:
        print(f"imucount-vm: skipped, as the machine cannot be had here: {error}")
        return CANNOT_BE_HAD
    return boot(kernel, initrd, command)


def prepare() -> tuple[Path, Path]:
    """Get together what the machine starts from: kernel and initial file system."""
    if platform.system() != "Linux" or platform.machine() != "x86_64":
        raise CannotBeHad(f"it needs Linux on x86-64, this is {platform.system()} on {platform.machine()}")
    install()
    tree = fetch_kernel()
    (modules,) = (tree / "lib" / "modules").iterdir()
    initrd = CACHE / f"initrd-{modules.name}"
    if not initrd.exists() or initrd.stat().st_mtime < max(each.stat().st_mtime for each in HERE.iterdir()):
        build_initrd(tree, modules, initrd)
    return tree / "boot" / f"vmlinuz-{modules.name}", initrd


def install() -> None:
    """Install the programs that are missing."""
    missing = sorted({package for program, package in PROGRAMS.items() if shutil.which(program) is None
                      and not Path(program).is_file()})  # fmt: skip
    if not missing:
        return
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        raise CannotBeHad(
            f"these packages are missing, and only root with apt-get can add them: {' '.join(missing)}"
        )
    apt("update", "-q")
    apt("install", "-q", "-y", "--no-install-recommends", *missing)


def apt(*arguments: str, **options: Path) -> None:
    """Run apt-get, quietly unless it fails."""
    done = subprocess.run(
        ["apt-get", *arguments],
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=TIME_LIMIT_S,
        **options,
    )
    if done.returncode:
        last = done.stdout.strip().splitlines()[-1:] or ["no word"]
        raise CannotBeHad(f"apt-get {arguments[0]} failed: {last[0]}")


def fetch_kernel() -> Path:
    """Unpack Debian's kernel, without installing it; the one for clouds has no Bluetooth."""
    tree = CACHE / "kernel"
    if (tree / "boot").is_dir():
        return tree
    if shutil.which("apt-get") is None:
        raise CannotBeHad("Debian's kernel package is fetched with apt-get, which is not here")
    depends = subprocess.run(
        ["apt-cache", "depends", "linux-image-amd64"], capture_output=True, text=True, timeout=60, check=False
    )
    packages = [line.split()[-1] for line in depends.stdout.splitlines() if "Depends: linux-image-" in line]
    if not packages:
        raise CannotBeHad("apt knows no package linux-image-amd64; this is not Debian, or apt-get update is due")
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        apt("download", "-q", packages[0], cwd=Path(folder))
        (package,) = Path(folder).glob("*.deb")
        unpacked = Path(folder) / "kernel"
        subprocess.run(["dpkg-deb", "--extract", package, unpacked], check=True, timeout=TIME_LIMIT_S)
        unpacked.rename(tree)
    return tree


def build_initrd(tree: Path, modules: Path, initrd: Path) -> None:
    """Pack busybox, `init` and the modules in the order of their dependencies."""
    if (tree / "usr" / "lib" / "modules").is_dir() and not (tree / "lib").exists():
        (tree / "lib").symlink_to("usr/lib")
    subprocess.run(["depmod", "--basedir", tree, modules.name], check=True, timeout=60)
    needs = {}
    for line in (modules / "modules.dep").read_text().splitlines():
        path, _, others = line.partition(":")
        needs[path] = others.split()
    path_of = {Path(path).name.partition(".")[0].replace("-", "_"): path for path in needs}
    order: list[str] = []
    for name in MODULES:
        # What is missing is built into this kernel. Dependencies are listed from the nearest to the farthest.
        for path in [*reversed(needs[path_of[name]]), path_of[name]] if name in path_of else ():
            if path not in order:
                order.append(path)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for each in ("bin", "dev", "host", "layer", "modules", "proc", "root", "sys"):
            (root / each).mkdir()
        busybox = shutil.which("busybox")
        assert busybox is not None
        shutil.copy(busybox, root / "bin" / "busybox")
        shutil.copy(HERE / "init", root / "init")
        (root / "init").chmod(0o755)
        names = []
        for path in order:
            content = (modules / path).read_bytes()
            name = Path(path).name
            if name.endswith(".xz"):
                content, name = lzma.decompress(content), name.removesuffix(".xz")
            (root / "modules" / name).write_bytes(content)
            names.append(name)
        (root / "modules" / "order").write_text("\n".join(names))
        files = "\n".join(str(each.relative_to(root)) for each in root.rglob("*"))
        archive = subprocess.run(
            ["cpio", "--create", "--format=newc", "--quiet"], input=files.encode(), cwd=root, check=True,
            stdout=subprocess.PIPE,
        ).stdout  # fmt: skip
    initrd.write_bytes(gzip.compress(archive, 1))


def boot(kernel: Path, initrd: Path, command: list[str]) -> int:
    """Start the machine, show what it prints, and tell how the command ended."""
    with tempfile.TemporaryDirectory() as exchange:
        guest = GUEST.format(
            bluetoothd=BLUETOOTHD, directory=shlex.quote(os.getcwd()), command=shlex.join(command)
        )
        (Path(exchange) / "guest").write_text(guest)
        share = "security_model=none,multidevs=remap"
        machine = [
            "qemu-system-x86_64", "-machine", "q35", "-accel", "tcg,thread=multi",
            "-cpu", "Nehalem",  # the oldest that numpy runs on; wider vectors are slow to emulate
            "-smp", str(PROCESSORS), "-m", str(MEMORY_MB), "-nodefaults", "-no-reboot", "-display", "none",
            "-serial", "stdio", "-device", "virtio-rng-pci",
            "-kernel", str(kernel), "-initrd", str(initrd),
            "-append", "console=ttyS0 quiet panic=-1 mitigations=off",
            "-fsdev", f"local,id=host,path=/,readonly=on,{share}",
            "-device", "virtio-9p-pci,fsdev=host,mount_tag=host",
            "-fsdev", f"local,id=exchange,path={exchange},{share}",
            "-device", "virtio-9p-pci,fsdev=exchange,mount_tag=exchange",
        ]  # fmt: skip
        try:
            subprocess.run(machine, stdin=subprocess.DEVNULL, timeout=TIME_LIMIT_S, check=False)
        except subprocess.TimeoutExpired:
            print(f"imucount-vm: stopped after {TIME_LIMIT_S:g} s")
            return 1
        status = Path(exchange) / "status"
        if not status.exists():
            print("imucount-vm: the machine ended without an outcome")
            return 1
        return int(status.read_text())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""PostgreSQL refuses to run as root: the user it runs as then, and the way that user gets to its files."""
import os
import pwd
import shutil
import stat
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path

from pandarchat.services.processes import SELF, Account, ServiceError

USER = "pandar-postgres"
ACL = "system.posix_acl_access"
ACL_VERSION, NO_ID = 2, 0xFFFFFFFF
USER_OBJ, NAMED_USER, GROUP_OBJ, NAMED_GROUP, MASK, OTHER = 0x01, 0x02, 0x04, 0x08, 0x10, 0x20
PASS = 0o1
BARRED = 1  # what test answers; anything else says that it could not be asked, which opens nothing


def account(data: Path) -> Account:
    """Who runs PostgreSQL: ourselves, or under root the owner of the data, at first a user made for this and nothing else."""
    if SELF.uid != 0:
        return SELF
    if data.exists() and data.stat().st_uid != 0:
        return Account(data.stat().st_uid, data.stat().st_gid)
    entry = find(USER) or make(USER) or find("nobody")
    if entry is None:
        raise ServiceError(f"PostgreSQL does not run as root, and the user {USER} cannot be made; run Pandar Chat as another user.")
    return Account(entry.pw_uid, entry.pw_gid)


def find(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def make(name: str) -> pwd.struct_passwd | None:
    useradd = shutil.which("useradd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if useradd:
        subprocess.run([useradd, "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent",
                        "--shell", "/usr/sbin/nologin", name], check=False, capture_output=True)
    return find(name)  # also where another start made it at the same moment


def ensure_folder(folder: Path, who: Account) -> None:
    """A folder (mode 0700) that belongs to `who`; raises ServiceError where somebody else has it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    about = folder.lstat()
    if not stat.S_ISDIR(about.st_mode) or about.st_uid not in {SELF.uid, who.uid}:
        raise ServiceError(f"{folder} belongs to somebody else; remove it, or set PANDAR_VAR to another folder.")
    if about.st_uid != who.uid:
        os.chown(folder, who.uid, who.gid)
    folder.chmod(0o700)


def ensure_passage(path: Path, who: Account, say: Callable[[str], None]) -> None:
    """Let `who` get to `path`: through each folder above that bars the way, and only through, without listing it."""
    if who == SELF or allowed(path, who):
        return
    for folder in reversed(path.parents):
        if not allowed(folder, who):
            open_passage(folder, who)
            say(f"user {pwd.getpwuid(who.uid).pw_name} may now pass through {folder} (not list it)")


def ensure_readable(tree: Path, who: Account) -> None:
    """Programs that were installed under a strict umask: let everybody read and run them; they hold nothing secret."""
    if who == SELF or all(allowed(path, who) for path in (tree / "bin" / "postgres", tree / "lib", tree / "share")):
        return
    for path in (tree, *tree.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | (0o055 if mode & 0o100 else 0o044))


def allowed(path: Path, who: Account) -> bool:
    """Whether `who` may enter the folder or run the file."""
    return subprocess.run(["/usr/bin/env", "test", "-x", path], user=who.uid, group=who.gid, extra_groups=[], cwd="/",
                          check=False, capture_output=True).returncode != BARRED


def open_passage(folder: Path, who: Account) -> None:
    """By an access control list for this one user; where the file system has none, for everybody."""
    try:
        os.setxattr(folder, ACL, with_passage(acl_of(folder), who.uid))
    except (OSError, AttributeError):
        folder.chmod(folder.stat().st_mode | stat.S_IXOTH)


def acl_of(folder: Path) -> list[tuple[int, int, int]]:
    """The folder's access control list as (tag, permissions, id); made from its mode where it has none."""
    try:
        raw = os.getxattr(folder, ACL)
    except OSError:
        mode = folder.stat().st_mode
        return [(USER_OBJ, mode >> 6 & 7, NO_ID), (GROUP_OBJ, mode >> 3 & 7, NO_ID), (OTHER, mode & 7, NO_ID)]
    return [struct.unpack_from("<HHI", raw, at) for at in range(4, len(raw), 8)]


def with_passage(entries: list[tuple[int, int, int]], uid: int) -> bytes:
    """The list with `--x` for one more user, in the kernel's order and form (version, then tag, permissions, id of each entry)."""
    kept = [entry for entry in entries if entry[0] != MASK and (entry[0], entry[2]) != (NAMED_USER, uid)]
    kept.append((NAMED_USER, PASS, uid))
    mask = PASS
    for tag, permissions, _ in entries:
        if tag == MASK or (tag == GROUP_OBJ and not any(entry[0] == MASK for entry in entries)):
            mask |= permissions
    kept.append((MASK, mask, NO_ID))
    return struct.pack("<I", ACL_VERSION) + b"".join(struct.pack("<HHI", *entry) for entry in sorted(kept, key=lambda e: (e[0], e[2])))

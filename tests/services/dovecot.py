"""A real IMAP server: Dovecot on a free port with Maildirs of its own. As root, the mail belongs to `nobody`."""

import getpass
import grp
import imaplib
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.services.ports import answers, free_port, wait_until

PASSWORD = "secret"

CONFIGURATION = """
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/log
ssl = no
disable_plaintext_auth = no
auth_failure_delay = 0
auth_mechanisms = {mechanisms}
default_internal_user = {internal}
default_internal_group = {internal_group}
default_login_user = {login}
mail_location = maildir:~/Maildir
mail_max_userip_connections = 100
first_valid_uid = 1
namespace inbox {{
  inbox = yes
  separator = /
}}
{by_token}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/mail/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


BY_TOKEN = """
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {folder}/oauth2.conf
}}
"""


@dataclass(frozen=True)
class Imap:
    """Where it is. Every user name has a mailbox; all have the same password."""

    host: str
    port: int
    folder: Path
    password: str = PASSWORD

    def append(self, user: str, raw: bytes, mailbox: str = "INBOX", flags: str = "") -> None:
        """Put a mail into a mailbox, as another mail program would."""
        with imaplib.IMAP4(self.host, self.port) as client:
            client.login(user, self.password)
            status, answer = client.append(mailbox, flags, imaplib.Time2Internaldate(time.time()), raw)
            assert status == "OK", answer

    def flags(self, user: str, mailbox: str = "INBOX") -> list[str]:
        """The flags of every mail in a mailbox, in its order."""
        with imaplib.IMAP4(self.host, self.port) as client:
            client.login(user, self.password)
            client.select(mailbox, readonly=True)
            _, found = client.fetch("1:*", "(FLAGS)")
            return [line.decode() for line in found if isinstance(line, bytes)]


@contextmanager
def running(token_url: str = "") -> Iterator[Imap]:
    """A server for as long as the block runs. `token_url`: where it asks whose a token is; then it takes XOAUTH2 besides."""
    folder = Path(tempfile.mkdtemp(prefix="holdfast-imap-"))
    port = free_port()
    prepare(folder, port, token_url)
    command = [shutil.which("dovecot") or "/usr/sbin/dovecot", "-F", "-c", str(folder / "dovecot.conf")]
    server = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        wait_until(lambda: answers(port) or server.poll() is not None, 15, "Dovecot did not start")
        assert server.poll() is None, server.stdout and server.stdout.read().decode()
        yield Imap("127.0.0.1", port, folder)
    finally:
        server.terminate()
        server.wait(15)
        shutil.rmtree(folder, ignore_errors=True)


def prepare(folder: Path, port: int, token_url: str = "") -> None:
    """Folders and configuration, for root or for an ordinary user."""
    me = getpass.getuser()
    my_group = grp.getgrgid(os.getgid()).gr_name
    root = os.geteuid() == 0
    user = pwd.getpwnam("nobody") if root else pwd.getpwuid(os.geteuid())
    folder.chmod(0o755)
    (folder / "mail").mkdir()
    os.chown(folder / "mail", user.pw_uid, user.pw_gid)
    values = {
        "folder": folder,
        "port": port,
        "password": PASSWORD,
        "user": user.pw_uid,
        "group": user.pw_gid,
        "internal": "dovecot" if root else me,
        "internal_group": "dovecot" if root else my_group,
        "login": "dovenull" if root else me,
        "mechanisms": "plain login xoauth2" if token_url else "plain login",
        "by_token": BY_TOKEN.format(folder=folder) if token_url else "",
    }
    if token_url:
        asks = f"tokeninfo_url = {token_url}?access_token=\nusername_attribute = email\n"
        (folder / "oauth2.conf").write_text(asks, "utf-8")
    (folder / "dovecot.conf").write_text(CONFIGURATION.format(**values), "utf-8")

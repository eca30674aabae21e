"""Shibboleth's service provider (Debian's shibd and mod_shib) as a judge: messages are posted to it.

Apache believes itself to be the SP's host name, so that the ACS URL is the one that responses are meant for.
"""

from __future__ import annotations

import contextlib
import os
import urllib.error
import urllib.parse
import urllib.request
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from peers import keys
from peers.install import Packages
from peers.job import Verdict
from peers.process import free_port, serving
from peers.variant import SP

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from peers.job import Verdicts
    from peers.variant import Captured, Message

NAME: Final = "shibboleth"
PACKAGES: Final = Packages(apt=(("shibd", "libapache2-mod-shib"), ("apache2", "apache2")))
_ACS: Final = urllib.parse.urlsplit(SP.acs_url)
_MODULES: Final = ("mpm_prefork", "authn_core", "authz_core", "authz_user", "dir", "mime", "shib")
_SHIBBOLETH: Final = """\
<SPConfig xmlns="urn:mace:shibboleth:3.0:native:sp:config" clockSkew="60">
  <OutOfProcess tranLogFormat="%u" logger="{folder}/shibd.logger"/>
  <UnixListener address="{folder}/shibd.sock"/>
  <RequestMapper type="Native"><RequestMap applicationId="default"/></RequestMapper>
  <ApplicationDefaults entityID="{sp}" REMOTE_USER="mail">
    <Sessions handlerURL="{handler}" handlerSSL="false" cookieProps="http" redirectLimit="exact">
      <SSO entityID="{idp}">SAML2</SSO>
      <Handler type="MetadataGenerator" Location="/Metadata" signing="false"/>
    </Sessions>
    <Errors supportContact="nobody"/>
    <MetadataProvider type="XML" path="{folder}/metadata.xml"/>
    <AttributeExtractor type="XML" path="/etc/shibboleth/attribute-map.xml"/>
    <AttributeFilter type="XML" path="/etc/shibboleth/attribute-policy.xml"/>
    <CredentialResolver type="File" key="{folder}/sp.key" certificate="{folder}/sp.crt"/>
  </ApplicationDefaults>
  <SecurityPolicyProvider type="XML" path="/etc/shibboleth/security-policy.xml"/>
  <ProtocolProvider type="XML" path="/etc/shibboleth/protocols.xml"/>
</SPConfig>
"""
_LOGGER: Final = """\
log4j.rootCategory=INFO, file
log4j.appender.file=org.apache.log4j.FileAppender
log4j.appender.file.fileName={folder}/shibd.log
log4j.appender.file.layout=org.apache.log4j.PatternLayout
log4j.appender.file.layout.ConversionPattern=%p %c: %m%n
"""
_APACHE: Final = """\
ServerRoot {folder}
PidFile {folder}/apache.pid
Listen 127.0.0.1:{port}
ServerName {origin}
UseCanonicalName On
{modules}
TypesConfig /etc/mime.types
ShibConfig {folder}/shibboleth.xml
ErrorLog {folder}/apache.log
StartServers 1
MinSpareServers 1
DocumentRoot {folder}
{user}
<Location {handler}>
SetHandler shib
Require all granted
</Location>
"""


def verdicts(captured: Captured, folder: Path) -> Verdicts:
    """What it says of messages. It refuses an ID that it has seen, so each start hears each message once."""
    with _served(captured, folder) as port:
        return {one.variant: _posted(one, port, folder / "shibd.log") for one in captured.messages}


@contextlib.contextmanager
def _served(captured: Captured, folder: Path) -> Iterator[int]:
    port = free_port()
    _configure(captured, folder, port)
    daemon = ["shibd", "-f", "-F", "-c", f"{folder}/shibboleth.xml", "-p", f"{folder}/shibd.pid", "-w", "20"]
    apache = ["apache2", "-f", f"{folder}/apache.conf", "-DFOREGROUND"]
    socket = folder / "shibd.sock"
    with serving(daemon, folder / "shibd.out", socket.is_socket):
        socket.chmod(0o666)  # Apache's workers may be another user
        with serving(apache, folder / "apache.out", lambda: _status(port, f"{_handler()}/Metadata") == 200):
            yield port


def _handler() -> str:
    return _ACS.path.split("/SAML2/")[0]


def _configure(captured: Captured, folder: Path, port: int) -> None:
    (folder / "metadata.xml").write_bytes(captured.metadata)
    keys.service_provider(folder)
    words = {
        "folder": folder, "port": port, "handler": _handler(), "sp": SP.entity_id,
        "origin": f"{_ACS.scheme}://{_ACS.netloc}:443", "idp": ET.fromstring(captured.metadata).get("entityID"),
        "user": "User www-data\nGroup www-data" if os.geteuid() == 0 else "",
        "modules": "\n".join(f"LoadModule {one}_module /usr/lib/apache2/modules/mod_{one}.so" for one in _MODULES),
    }  # fmt: skip
    words["modules"] = str(words["modules"]).replace("shib_module", "mod_shib")
    for name, text in (("shibboleth.xml", _SHIBBOLETH), ("shibd.logger", _LOGGER), ("apache.conf", _APACHE)):
        (folder / name).write_text(text.format(**words))


def _posted(message: Message, port: int, log: Path) -> Verdict:
    """It answers an accepted message with a redirect, a refused one with a page; the reason is in its log."""
    before = log.stat().st_size
    status = _status(port, _ACS.path, urllib.parse.urlencode({"SAMLResponse": message.base64}).encode())
    if status == 302:
        return Verdict(accepted=True, reason="")
    lines = log.read_text(errors="replace")[before:].splitlines()
    told = [line.partition(": ")[2] for line in lines if line.startswith(("ERROR", "WARN"))]
    return Verdict(accepted=False, reason=told[-1] if told else f"HTTP {status}")


class _Stay(urllib.request.HTTPRedirectHandler):
    """A redirect is an answer here: the address it leads to does not exist."""

    def redirect_request(self, *_: object) -> None:
        return None


def _status(port: int, path: str, data: bytes | None = None) -> int:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _Stay())
    try:
        with opener.open(f"http://127.0.0.1:{port}{path}", data, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code
    except OSError:
        return 0

"""`python scalekit_server.py HTTP_PORT TLS_PORT SEED`: a stub of a Scalekit environment on 127.0.0.1.

Scalekit has no emulator. This one is ours: it knows the vendor's own message definitions (those of its SDK) and the
REST addresses in their annotations, and nothing else of the real API. The objects of SEED (protobuf JSON) are given
out twice: as REST at HTTP_PORT, and behind TLS at TLS_PORT, where the SDK asks for a token over HTTP/1.1 and for
everything else over gRPC. Each REST request is a line on standard output. With `GATEWAY=verbose` REST prints what is
false, zero or empty as well, as some gateways do.
"""

import asyncio
import json
import os
import re
import ssl
import sys
import threading
from concurrent import futures
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import grpc
from google.protobuf.json_format import MessageToDict, ParseDict
from scalekit.v1.connections import connections_pb2 as connection
from scalekit.v1.connections import connections_pb2_grpc as connection_service
from scalekit.v1.directories import directories_pb2 as directory
from scalekit.v1.directories import directories_pb2_grpc as directory_service
from scalekit.v1.domains import domains_pb2 as domain
from scalekit.v1.domains import domains_pb2_grpc as domain_service
from scalekit.v1.organizations import organizations_pb2 as organization
from scalekit.v1.organizations import organizations_pb2_grpc as organization_service

HTTP_PORT, TLS_PORT = int(sys.argv[1]), int(sys.argv[2])
SEED = json.loads(Path(sys.argv[3]).read_text())
TOKEN = os.environ["TOKEN"]
VERBOSE = os.environ.get("GATEWAY") == "verbose"


def seeded(name, kind):
    return [ParseDict(one, kind()) for one in SEED[name]]


CONNECTIONS = seeded("connections", connection.Connection)
DIRECTORIES = seeded("directories", directory.Directory)
ORGANIZATIONS = seeded("organizations", organization.Organization)
DOMAINS = seeded("domains", domain.Domain)
NAMES = {one.id: one.display_name for one in ORGANIZATIONS}


class MissingError(Exception):
    """There is no such object."""


# ── the calls, each from a message to a message ────────────────────────────────────────────────────────────


def listed(one):
    """A connection as the list shows it: without its configuration."""
    return connection.ListConnection(
        id=one.id, provider=one.provider, type=one.type, status=one.status, enabled=one.enabled,
        organization_id=one.organization_id, organization_name=NAMES[one.organization_id], key_id=one.key_id,
        domains=[each.domain for each in one.domains], created_at=one.create_time,
    )  # fmt: skip


def list_connections(asked):
    each = [listed(one) for one in CONNECTIONS if asked.organization_id in ("", one.organization_id)]
    if asked.include != "all":
        each = [one for one in each if one.enabled and one.status == connection.COMPLETED]
    if asked.domain:
        each = [one for one in each if asked.domain in one.domains]
    return connection.ListConnectionsResponse(connections=each)


def only(each, asked, what):
    for one in each:
        if one.id == asked.id and one.organization_id == asked.organization_id:
            return one
    raise MissingError(f"{what} not found")


def get_connection(asked):
    return connection.GetConnectionResponse(connection=only(CONNECTIONS, asked, "connection"))


def list_directories(asked):
    each = [one for one in DIRECTORIES if one.organization_id == asked.organization_id]
    return directory.ListDirectoriesResponse(directories=each)


def get_directory(asked):
    return directory.GetDirectoryResponse(directory=only(DIRECTORIES, asked, "directory"))


def list_organizations(asked):
    start, size = int(asked.page_token or 0), min(asked.page_size or 10, 30)
    further = str(start + size) if start + size < len(ORGANIZATIONS) else ""
    return organization.ListOrganizationsResponse(
        organizations=ORGANIZATIONS[start : start + size], next_page_token=further, total_size=len(ORGANIZATIONS)
    )


def get_organization(asked):
    for one in ORGANIZATIONS:
        if one.id == asked.id:
            return organization.GetOrganizationResponse(organization=one)
    raise MissingError("organization not found")


def list_domains(asked):
    each = [one for one in DOMAINS if one.organization_id == asked.organization_id]
    return domain.ListDomainResponse(domains=each, page_size=len(each), page_number=1)


# ── gRPC ───────────────────────────────────────────────────────────────────────────────────────────────────


def rpc(call):
    def served(_self, asked, context):
        if dict(context.invocation_metadata()).get("authorization") != f"Bearer {TOKEN}":
            context.abort(grpc.StatusCode.UNAUTHENTICATED, "unauthenticated")
        try:
            return call(asked)
        except MissingError as error:
            context.abort(grpc.StatusCode.NOT_FOUND, str(error))

    return served


class Connections(connection_service.ConnectionServiceServicer):
    ListConnections = rpc(list_connections)
    GetConnection = rpc(get_connection)


class Directories(directory_service.DirectoryServiceServicer):
    ListDirectories = rpc(list_directories)
    GetDirectory = rpc(get_directory)


class Organizations(organization_service.OrganizationServiceServicer):
    ListOrganization = rpc(list_organizations)
    GetOrganization = rpc(get_organization)


class Domains(domain_service.DomainServiceServicer):
    ListDomains = rpc(list_domains)


def grpc_port():
    server = grpc.server(futures.ThreadPoolExecutor(4))
    connection_service.add_ConnectionServiceServicer_to_server(Connections(), server)
    directory_service.add_DirectoryServiceServicer_to_server(Directories(), server)
    organization_service.add_OrganizationServiceServicer_to_server(Organizations(), server)
    domain_service.add_DomainServiceServicer_to_server(Domains(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, port


# ── REST ───────────────────────────────────────────────────────────────────────────────────────────────────

OWNER = r"/api/v1/organizations/(?P<organization_id>[^/]+)"
ROUTES = (
    (r"/api/v1/connections", list_connections, connection.ListConnectionsRequest),
    (rf"{OWNER}/connections/(?P<id>[^/]+)", get_connection, connection.GetConnectionRequest),
    (rf"{OWNER}/directories", list_directories, directory.ListDirectoriesRequest),
    (rf"{OWNER}/directories/(?P<id>[^/]+)", get_directory, directory.GetDirectoryRequest),
    (r"/api/v1/organizations", list_organizations, organization.ListOrganizationsRequest),
    (r"/api/v1/organizations/(?P<id>[^/]+)", get_organization, organization.GetOrganizationRequest),
    (rf"{OWNER}/domains", list_domains, domain.ListDomainRequest),
)


def rest(path, query):
    for pattern, call, request in ROUTES:
        if found := re.fullmatch(pattern, path):
            answer = call(ParseDict({**query, **found.groupdict()}, request()))
            return MessageToDict(answer, preserving_proto_field_name=True, always_print_fields_with_no_presence=VERBOSE)
    raise MissingError("Not Found")


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        print(self.command, self.path, flush=True)

    def answer(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        form = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
        told = (form.get("client_id"), form.get("client_secret"), form.get("grant_type"))
        if self.path != "/oauth/token":
            self.answer(404, {"code": 5, "message": "Not Found", "details": []})
        elif told != (os.environ["CLIENT_ID"], os.environ["CLIENT_SECRET"], "client_credentials"):
            self.answer(401, {"error": "invalid_client", "error_description": "client authentication failed"})
        else:
            self.answer(200, {"access_token": TOKEN, "token_type": "Bearer", "expires_in": 3600})

    def do_GET(self):
        if self.path == "/health":
            self.answer(200, {"status": "ok"})
            return
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            self.answer(401, {"code": 16, "message": "unauthenticated", "details": []})
            return
        parts = urlsplit(self.path)
        try:
            self.answer(200, rest(parts.path, dict(parse_qsl(parts.query))))
        except MissingError as error:
            self.answer(404, {"code": 5, "message": str(error), "details": []})


# ── TLS: h2 is gRPC, everything else REST ──────────────────────────────────────────────────────────────────


async def pumped(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


async def split(port):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(os.environ["CERTIFICATE"], os.environ["PRIVATE_KEY"])
    context.set_alpn_protocols(["h2", "http/1.1"])

    async def connected(reader, writer):
        spoken = writer.get_extra_info("ssl_object").selected_alpn_protocol()
        back, forth = await asyncio.open_connection("127.0.0.1", port if spoken == "h2" else HTTP_PORT)
        await asyncio.gather(pumped(reader, forth), pumped(back, writer))

    server = await asyncio.start_server(connected, "127.0.0.1", TLS_PORT, ssl=context)
    # only now may somebody find that the stub is ready
    http = ThreadingHTTPServer(("127.0.0.1", HTTP_PORT), Handler)
    threading.Thread(target=http.serve_forever, daemon=True).start()
    await server.serve_forever()


SERVER, PORT = grpc_port()
asyncio.run(split(PORT))

// SCIMMY behind Express on 127.0.0.1, below /scim/v2; the only bearer token is TOKEN. MODE names one mistake:
// of the application that stores the users (ignore-active …), or of what stands in front of it (gateway-…).
import { randomUUID } from "node:crypto";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(`${process.env.NODE_PACKAGES}/index.js`);
const load = async (name) => {
  const found = await import(pathToFileURL(require.resolve(name)).href);
  const inner = found.default ?? found; // a CommonJS build that was an ES module once has a default of its own
  return inner.default ?? inner;
};
const [express, SCIMMY, SCIMMYRouters] = await Promise.all(["express", "scimmy", "scimmy-routers"].map(load));

const port = Number(process.argv[2]);
const mode = process.env.MODE ?? "ok";
const token = process.env.TOKEN;
const users = new Map();
const failure = (status, type, detail) => new SCIMMY.Types.Error(status, type, detail);
const known = (id) => {
  if (!users.has(id)) throw failure(404, null, `Resource ${id} not found`);
  return users.get(id);
};

function stored(given, id) {
  const before = users.get(id);
  const user = { ...JSON.parse(JSON.stringify(given)), id };
  if (mode === "ignore-active") user.active = true;
  if (mode === "ignore-updates" && before) return { ...before, active: user.active };
  if (mode === "drop-names") delete user.name;
  return user;
}

function ingress(resource, data) {
  if (mode === "readonly") throw failure(403, null, "provisioning is disabled");
  if (resource.id) known(resource.id);
  else if ([...users.values()].some((one) => one.userName === data.userName)) throw failure(409, "uniqueness", "userName is taken");
  const user = stored(data, resource.id ?? randomUUID());
  users.set(user.id, user);
  if (mode === "deletes-inactive" && user.active === false) users.delete(user.id);
  return user;
}

function egress(resource) {
  if (resource.id) return known(resource.id);
  const all = [...users.values()];
  if (mode === "no-filter" && resource.filter) throw failure(400, "invalidFilter", "filters are not supported");
  return resource.filter && mode !== "ignore-filter" ? resource.filter.match(all) : all;
}

function degress(resource) {
  if (mode !== "keeps-deleted") users.delete(known(resource.id).id);
}

if (mode === "noname") users.set("u-1", { id: "u-1", userName: "noname@acme.test", active: true });
const named = { givenName: "Alice", familyName: "Doe" };
const mail = [{ value: "alice@acme.test", primary: true }];
users.set("u-2", { id: "u-2", userName: "alice@acme.test", active: true, name: named, emails: mail });
SCIMMY.Resources.declare(SCIMMY.Resources.User).ingress(ingress).egress(egress).degress(degress);

const scim = (response, status, detail) =>
  response.status(status).type("application/scim+json").send({ schemas: ["urn:ietf:params:scim:api:messages:2.0:Error"], status: String(status), detail });
const gateways = {
  "gateway-429": (_, response) => scim(response.set("Retry-After", "30"), 429, "Too many requests"),
  "gateway-503": (_, response) => response.status(503).type("html").send("<html><title>Service Unavailable</title></html>"),
  "gateway-login": (_, response) => response.type("html").send("<!doctype html><title>Sign in</title><form></form>"),
  "gateway-redirect": (request, response) => response.redirect(301, `https://127.0.0.1${request.url}`),
  "gateway-expired": (_, response) =>
    scim(response.set("WWW-Authenticate", 'Bearer error="invalid_token", error_description="The token expired"'), 401, "The token expired"),
  "gateway-other-directory": (_, response) => scim(response, 403, "The token belongs to another directory"),
};
const app = express();
if (gateways[mode]) app.use("/scim/v2", gateways[mode]);
if (mode === "no-patch" || mode === "lying-patch") app.patch(/\/scim\/v2\//, (_, response) => scim(response, 501, "PATCH is not supported"));
const handler = (request) => {
  if (request.header("authorization") !== `Bearer ${token}`) throw new Error("bad token");
  return "admin";
};
app.use("/scim/v2", new SCIMMYRouters({ type: "bearer", handler }));
if (mode === "no-patch") SCIMMY.Config.set({ patch: false }); // after the routers, whose constructor sets it to true
app.listen(port, "127.0.0.1");

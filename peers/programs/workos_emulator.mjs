// `node workos_emulator.mjs PORT SEED`: the API emulator of the WorkOS CLI on 127.0.0.1; its own command listens on
// every interface, and seeds neither directories nor events. Each request is a line on standard output.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const root = `${process.env.NODE_PACKAGES}/node_modules/workos/dist/emulate`;
const load = (file) => import(pathToFileURL(file).href);
const { createServer } = await load(`${root}/core/index.js`);
const { getWorkOSStore, seedFromConfig, workosPlugin } = await load(`${root}/workos/index.js`);
const { serve } = await load(createRequire(`${root}/`).resolve("@hono/node-server"));

const port = Number(process.argv[2]);
const seed = JSON.parse(readFileSync(process.argv[3], "utf8"));
const baseUrl = `http://127.0.0.1:${port}`;
const { app, store } = createServer(workosPlugin, { port, baseUrl, apiKeys: seed.apiKeys });
app.get("/health", (context) => context.json({ status: "ok" }));
seedFromConfig(store, baseUrl, seed);

const kept = getWorkOSStore(store);
// No call of the API changes a state: a person does, who signs in or clicks in the dashboard.
app.put("/connections/:id/state/:state", (context) => {
  const { id, state } = context.req.param();
  return context.json(kept.connections.update(id, { state }));
});
for (const { organization, users, ...one } of seed.directories) {
  const owner = kept.organizations.findOneBy("name", organization);
  const directory = kept.directories.insert({ object: "directory", organization_id: owner.id, ...one });
  for (const user of users) {
    const place = { directory_id: directory.id, organization_id: owner.id };
    kept.directoryUsers.insert({ object: "directory_user", ...place, ...user });
  }
}
for (const { connection, ...event } of seed.events) {
  const { id, organization_id } = kept.connections.findOneBy("name", connection);
  const sso = { connection_id: id, organization_id, session_id: null };
  kept.events.insert({ object: "event", environment_id: null, ...event, data: { ...event.data, sso } });
}

const fetch = (request, ...rest) => {
  console.log(`${request.method} ${request.url.slice(baseUrl.length)}`);
  return app.fetch(request, ...rest);
};
serve({ fetch, port, hostname: "127.0.0.1" });

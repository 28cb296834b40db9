// Makes tests/fixtures/github/webhooks.json from npm `@octokit/webhooks-examples` (MIT licence, contributors of octokit/webhooks).
//
//   npm pack @octokit/webhooks-examples@7.6.1 && tar xzf octokit-webhooks-examples-7.6.1.tgz
//   node scripts/trim-webhooks.mjs package > tests/fixtures/github/webhooks.json
//
// Every event and every payload of every server version is kept; only addresses (`url`, `*_url`), which repeat in every object, are
// left out, and payloads that are then the same are kept once, with their count. Contributors' own logins, names and e-mail
// addresses are replaced; the mascots of the documentation stay.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const folder = process.argv[2];
const isAddress = (key, value) => /(^|_)urls?$/.test(key) && (value === null || typeof value === "string");

const mascots = /^(codertocat|octocoders.*|octocat|octo-org|github.*|hacktocat|username|organizationusername|monalisa|snowtocat|web-flow|ghe-admin|.*\[bot\])$/i;
const people = new Map();

// Notes the accounts that are nobody's mascot.
function meet(value) {
  if (Array.isArray(value)) value.forEach(meet);
  if (value === null || typeof value !== "object") return;
  if (typeof value.login === "string" && !mascots.test(value.login)) {
    if (!people.has(value.login)) people.set(value.login, `person-${people.size + 1}`);
  }
  Object.values(value).forEach(meet);
}

function anonymous(text) {
  for (const [login, name] of people) text = text.replaceAll(new RegExp(`(?<![A-Za-z0-9])${login}(?![A-Za-z0-9])`, "g"), name);
  return text.replaceAll(/[\w.+-]+@[\w-]+(\.[\w-]+)+/g, "person@example.com");
}

function trim(value) {
  if (typeof value === "string") return anonymous(value);
  if (Array.isArray(value)) return value.map(trim);
  if (value === null || typeof value !== "object") return value;
  if (typeof value.email === "string" && typeof value.name === "string") value = { ...value, name: "A Person" };
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, inner]) => !isAddress(key, inner) && key !== "_links")
      .map(([key, inner]) => [key, trim(inner)]),
  );
}

const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
const kept = new Map();
const servers = {};
const folders = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map((entry) => entry.name).sort();
const all = folders.map((server) => [server, JSON.parse(readFileSync(join(folder, server, "index.json"), "utf8"))]);
meet(all);
for (const [server, events] of all) {
  servers[server] = 0;
  for (const { name: event, examples } of events) {
    for (const example of examples) {
      servers[server] += 1;
      const payload = trim(example);
      const key = `${event} ${JSON.stringify(payload)}`;
      const entry = kept.get(key) ?? { event, count: 0, payload };
      entry.count += 1;
      kept.set(key, entry);
    }
  }
}

const lines = [...kept.values()].map((entry) => JSON.stringify(entry)).join(",\n");
const origin = JSON.stringify({ package: name, version, license, servers });
process.stdout.write(`{"origin":${origin},\n"payloads":[\n${lines}\n]}\n`);

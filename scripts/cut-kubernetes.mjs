#!/usr/bin/env node
// Makes src/checks/schemas/data/kubernetes.txt from the source of the crate k8s-openapi, which is generated from the OpenAPI description of Kubernetes:
//
//     scripts/cut-kubernetes.mjs FOLDER > src/checks/schemas/data/kubernetes.txt
//
// FOLDER is the crate's unpacked source. Fields and kinds are the union of all versions in it, so that a cluster a few versions behind finds nothing wrong; types are those of the newest; required is what all of them require.
// Alpha versions are left out: they change.
// A line `= apps/v1 Deployment Deployment` is a kind and its definition; a line `DeploymentSpec replicas:i template!:PodTemplateSpec` is a definition and its fields, `!` for required ones.
// Types: s text, b true or false, i whole number, n number, q quantity, x whole number or text, * anything, [T] list, {T} mapping, else a definition.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const folder = process.argv[2];
const manifest = readFileSync(join(folder, "Cargo.toml"), "utf8");
const crate = manifest.match(/^version = "(.*)"$/m)[1];
const versions = readdirSync(join(folder, "src")).filter((name) => /^v1_\d+$/.test(name)).sort((a, b) => a.slice(3) - b.slice(3));

const walk = (path) => readdirSync(path, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? walk(join(path, entry.name)) : [join(path, entry.name)]));

const definitions = new Map();
const kinds = new Map();
for (const version of versions) {
  for (const file of walk(join(folder, "src", version)).filter((name) => name.endsWith(".rs"))) {
    read(readFileSync(file, "utf8"));
  }
}

function read(text) {
  const name = text.match(/^\/\/ Generated from definition (\S+)$/m)?.[1];
  const body = text.match(/^pub struct (\w+) \{(?:\n([^]*?)^)?\}$/m);
  if (!name || !body) return;
  const names = Object.fromEntries([...text.matchAll(/^ +"([^"]+)" => Field::Key_(\w+),$/gm)].map(([, json, rust]) => [rust, json]));
  const resource = text.match(/API_VERSION: &'static str = "([^"]+)";[^]*?KIND: &'static str = "([^"]+)";/);
  if (resource && (resource[2].endsWith("List") || /alpha|internal/.test(resource[1]))) return;
  const fields = definitions.get(name) ?? new Map();
  for (const [, rust, type] of (body[2] ?? "").matchAll(/^ {4}pub (\w+): (.+),$/gm)) {
    const json = names[rust] ?? names[rust.replace(/^r#/, "")];
    if (!json) throw new Error(`${name}: no name for ${rust}`);
    const optional = type.startsWith("Option<") || (resource && json === "metadata");
    const inner = type.replace(/^Option<(.*)>$/, "$1");
    const any = (resource && json === "status") || json === "managedFields";
    fields.set(json, { required: !optional && !any && (fields.get(json)?.required ?? true), type: any ? "*" : kind(inner) });
  }
  if (resource) {
    // Not required: a manifest without them is none, and where a kind lies within another (`volumeClaimTemplates`) they are left out.
    fields.set("apiVersion", { required: false, type: "s" });
    fields.set("kind", { required: false, type: "s" });
    kinds.set(`${resource[1]} ${resource[2]}`, name);
  }
  definitions.set(name, fields);
}

function kind(type) {
  let match;
  if ((match = type.match(/^std::vec::Vec<(.*)>$/))) return `[${kind(match[1])}]`;
  if ((match = type.match(/^std::collections::BTreeMap<std::string::String, (.*)>$/))) return `{${kind(match[1])}}`;
  if ((match = type.match(/^std::boxed::Box<(.*)>$/))) return kind(match[1]);
  const plain = { "std::string::String": "s", bool: "b", i32: "i", i64: "i", f64: "n", "crate::ByteString": "s" };
  if (plain[type]) return plain[type];
  const last = type.split("::").at(-1);
  const special = { Time: "s", MicroTime: "s", Quantity: "q", IntOrString: "x", RawExtension: "*", Value: "*", JSON: "*", JSONSchemaPropsOrArray: "*", JSONSchemaPropsOrBool: "*", JSONSchemaPropsOrStringArray: "*", FieldsV1: "*", Patch: "*" };
  if (special[last]) return special[last];
  if (!type.startsWith("crate::")) throw new Error(`what is ${type}?`);
  return `@${type}`;
}

// `crate::api::core::v1::PodSpec` and `io.k8s.api.core.v1.PodSpec` are the same.
const byPath = new Map([...definitions.keys()].map((name) => [key(name.replace(/\./g, "::")), name]));
function key(path) {
  return path.split("::").slice(-3).join("::").replace(/_/g, "").toLowerCase();
}
const resolve = (path) => byPath.get(key(path)) ?? "*";

const reached = new Set();
const queue = [...new Set(kinds.values())];
while (queue.length > 0) {
  const name = queue.pop();
  if (reached.has(name)) continue;
  reached.add(name);
  for (const { type } of definitions.get(name).values()) {
    const path = type.match(/@([\w:#]+)/)?.[1];
    if (!path) continue;
    const target = resolve(path);
    if (target === "*") console.error(`${name}: ${path} is taken for anything`);
    else queue.push(target);
  }
}

// The last part of the name where it is the only one, else with as much of the group and version as is needed.
const short = new Map();
for (const name of [...reached].sort()) {
  const parts = name.split(".");
  const last = parts.at(-1);
  const others = [...reached].filter((other) => other.split(".").at(-1) === last);
  short.set(name, others.length === 1 ? last : parts.slice(-3).map((part) => part[0].toUpperCase() + part.slice(1)).join(""));
}
if (new Set(short.values()).size !== short.size) throw new Error("two definitions have one name");

const show = (type) => type.replace(/@([\w:#]+)/, (_, path) => (resolve(path) === "*" ? "*" : short.get(resolve(path))));
const minor = (version) => version.replace("v", "").replace("_", ".");
const lines = [`# Kubernetes ${minor(versions[0])} to ${minor(versions.at(-1))} (Apache-2.0), from k8s-openapi ${crate} (Apache-2.0) by scripts/cut-kubernetes.mjs`];
for (const [resource, name] of [...kinds].sort()) lines.push(`= ${resource} ${short.get(name)}`);
for (const name of [...reached].sort((a, b) => (short.get(a) < short.get(b) ? -1 : 1))) {
  const fields = [...definitions.get(name)].sort(([a], [b]) => (a < b ? -1 : 1));
  lines.push([short.get(name), ...fields.map(([field, { required, type }]) => `${field}${required ? "!" : ""}:${show(type)}`)].join(" "));
}
console.log(lines.join("\n"));

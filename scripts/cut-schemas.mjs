#!/usr/bin/env node
// Makes src/checks/schemas/data/{github-workflow,github-action,compose,dependabot}.json from the schemas that the Python package check-jsonschema carries:
//
//     scripts/cut-schemas.mjs FOLDER
//
// FOLDER is the unpacked wheel. What only an editor shows (descriptions, examples, defaults) is left out. The origin of each is in docs/licences.md.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const names = { "github-workflows": "github-workflow", "github-actions": "github-action", "compose-spec": "compose", dependabot: "dependabot" };
const shown = new Set(["description", "$comment", "title", "examples", "default", "markdownDescription", "deprecationMessage", "enumDescriptions", "markdownEnumDescriptions", "$id"]);
const named = new Set(["properties", "patternProperties", "definitions", "$defs", "dependencies", "dependentSchemas"]);

for (const [from, to] of Object.entries(names)) {
  const text = readFileSync(join(process.argv[2], "check_jsonschema/builtin_schemas/vendor", `${from}.json`), "utf8");
  writeFileSync(new URL(`../src/checks/schemas/data/${to}.json`, import.meta.url), JSON.stringify(cut(JSON.parse(text), false)) + "\n");
}

// `names` is true for a mapping whose keys are names of the described file, and not words of the schema.
function cut(value, names) {
  if (Array.isArray(value)) return value.map((item) => cut(item, false));
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => names || (!shown.has(key) && !key.startsWith("x-")));
  return Object.fromEntries(kept.map(([key, item]) => [key, key === "enum" || key === "const" ? item : cut(item, !names && named.has(key))]));
}

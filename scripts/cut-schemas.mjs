#!/usr/bin/env node
// Makes src/checks/schemas/data/{github-workflow,github-action,compose,dependabot}.json from the schemas that the Python package check-jsonschema carries:
//
//     scripts/cut-schemas.mjs FOLDER
//
// FOLDER is the unpacked wheel. What only an editor shows (descriptions, examples, defaults) is left out. The origin of each is in docs/licences.md.
// Where GitHub takes more than a schema says, the schema is loosened: see `loosen`.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const names = { "github-workflows": "github-workflow", "github-actions": "github-action", "compose-spec": "compose", dependabot: "dependabot" };
const shown = new Set(["description", "$comment", "title", "examples", "default", "markdownDescription", "deprecationMessage", "enumDescriptions", "markdownEnumDescriptions", "$id"]);
const named = new Set(["properties", "patternProperties", "definitions", "$defs", "dependencies", "dependentSchemas"]);

const loosen = {
  "github-workflow": (schema) => {
    // `branches: main` is a list of one; `strategy` may have no matrix.
    schema.definitions.globs = { oneOf: [{ type: "string" }, schema.definitions.globs] };
    const jobs = Object.values(schema.definitions).map((definition) => definition.properties?.strategy).filter(Boolean);
    if (jobs.length === 0) throw new Error("where is `strategy`?");
    for (const strategy of jobs) delete strategy.required;
  },
  "github-action": (schema) => {
    // Further keys of an input are passed over, with a warning; a description may be missing; a default is made a text.
    const inputs = Object.values(schema.properties.inputs.patternProperties);
    if (inputs.length === 0) throw new Error("where are the inputs?");
    for (const input of inputs) {
      delete input.additionalProperties;
      delete input.required;
      input.properties.default = { type: ["string", "number", "boolean"] };
    }
  },
};

for (const [from, to] of Object.entries(names)) {
  const text = readFileSync(join(process.argv[2], "check_jsonschema/builtin_schemas/vendor", `${from}.json`), "utf8");
  const schema = cut(JSON.parse(text), false);
  loosen[to]?.(schema);
  writeFileSync(new URL(`../src/checks/schemas/data/${to}.json`, import.meta.url), JSON.stringify(schema) + "\n");
}

// `names` is true for a mapping whose keys are names of the described file, and not words of the schema.
function cut(value, names) {
  if (Array.isArray(value)) return value.map((item) => cut(item, false));
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => names || (!shown.has(key) && !key.startsWith("x-")));
  return Object.fromEntries(kept.map(([key, item]) => [key, key === "enum" || key === "const" ? item : cut(item, !names && named.has(key))]));
}

// Cuts GitHub's API description to the operations named in tests/contract/ops.txt and every component they reach.
//
//   npm pack @octokit/openapi@23.0.2 && tar xzf octokit-openapi-23.0.2.tgz
//   node scripts/cut-openapi.mjs package/generated/api.github.com.json
//
// Writes tests/contract/github-openapi-cut.json. Fails, and writes nothing, when an operation is not in the description.
import fs from 'node:fs';

const [source] = process.argv.slice(2);
const beside = name => new URL(`../tests/contract/${name}`, import.meta.url);
const whole = JSON.parse(fs.readFileSync(source, 'utf8'));
const wanted = fs.readFileSync(beside('ops.txt'), 'utf8').split('\n').map(line => line.trim()).filter(Boolean);

// What describes, and does not rule.
const prose = new Set([
  'x-github', 'x-octokit', 'externalDocs', 'tags', 'description', 'summary', 'examples', 'example', 'x-multi-segment', 'readOnly',
  'x-github-breaking-changes', 'deprecated', 'x-githubEnterpriseOverlays', 'x-webhooks',
]);

function bare(value, areNames = false) {
  if (Array.isArray(value)) return value.map(item => bare(item));
  if (value === null || typeof value !== 'object') return value;
  const kept = Object.entries(value).filter(([key]) => areNames || !prose.has(key));
  return Object.fromEntries(kept.map(([key, item]) => [key, bare(item, !areNames && (key === 'properties' || key === 'patternProperties'))]));
}

const paths = {};
const missing = [];
for (const line of wanted) {
  const [method, path] = line.split(/\s+/);
  const operation = whole.paths[path]?.[method.toLowerCase()];
  if (!operation) {
    missing.push(line);
    continue;
  }
  paths[path] ??= whole.paths[path].parameters ? { parameters: bare(whole.paths[path].parameters) } : {};
  paths[path][method.toLowerCase()] = bare(operation);
}
if (missing.length > 0) {
  console.error('not in the description:', missing);
  process.exit(1);
}

const components = {};
const reached = [];
function collect(value) {
  if (Array.isArray(value)) value.forEach(collect);
  else if (value !== null && typeof value === 'object') {
    if (typeof value.$ref === 'string') reached.push(value.$ref);
    Object.values(value).forEach(collect);
  }
}
collect(paths);
while (reached.length > 0) {
  const [, , kind, name] = reached.pop().split('/');
  if (components[kind]?.[name]) continue;
  const component = bare(whole.components[kind][name]);
  (components[kind] ??= {})[name] = component;
  collect(component);
}

const { title, version, license } = whole.info;
const cut = { openapi: whole.openapi, info: { title, version, license }, servers: [{ url: 'http://127.0.0.1' }], paths, components };
fs.writeFileSync(beside('github-openapi-cut.json'), JSON.stringify(cut));
console.log(`${wanted.length} operations, ${Object.keys(components.schemas).length} schemas`);

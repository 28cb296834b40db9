// Cuts GitHub's GraphQL schema to what our operations can reach, for the tests.
//
//   node scripts/cut-schema.mjs [DIR]
//
// DIR holds node_modules with @octokit/graphql-schema (MIT) at the version below; without it the package is installed with npm into a
// temporary directory. Reads src/github/queries/*.graphql (what the program asks) and tests/contract/operations/*.graphql (what the
// sandbox's tests ask besides), and writes tests/contract/github-schema-cut.graphql. Fails, and writes nothing, when an operation does
// not fit the real schema.
//
// Kept: every field and argument that an operation uses, required arguments, all four arguments of paging where one is used; enums, inputs and unions whole; the plain fields of
// interfaces that are used, with the types that implement them where these are few.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const VERSION = '15.26.1';
const PACKAGE = '@octokit/graphql-schema';
// `Node` has hundreds of implementing types: of such interfaces only those reached otherwise are kept.
const FEW_IMPLEMENTORS = 12;
const PAGING = ['first', 'last', 'after', 'before'];
const LIMIT_BYTES = 100_000;
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const folders = ['src/github/queries', 'tests/contract/operations'];
const target = path.join(root, 'tests/contract/github-schema-cut.graphql');

let directory = process.argv[2];
let temporary;
if (!directory) {
  directory = temporary = fs.mkdtempSync(path.join(os.tmpdir(), 'cut-schema-'));
  execFileSync('npm', ['install', '--silent', '--no-save', '--prefix', directory, `${PACKAGE}@${VERSION}`], { stdio: ['ignore', 'ignore', 'inherit'] });
}
const require = createRequire(path.join(path.resolve(directory), 'x.js'));
const graphql = require('graphql');
const home = path.join(path.resolve(directory), 'node_modules', PACKAGE);
const found = JSON.parse(fs.readFileSync(path.join(home, 'package.json'), 'utf8')).version;
if (found !== VERSION) throw new Error(`${PACKAGE} ${found} found, ${VERSION} wanted`);
const sdl = fs.readFileSync(path.join(home, 'schema.graphql'), 'utf8');
const licence = fs.readFileSync(path.join(home, 'LICENSE.md'), 'utf8').trim();
if (temporary) fs.rmSync(temporary, { recursive: true });

const ast = graphql.parse(sdl, { noLocation: true });
// As published, one type defines two fields twice; the rules for documents are not touched by that.
const schema = graphql.buildASTSchema(ast, { assumeValidSDL: true });
const definitions = new Map(ast.definitions.filter(d => d.name).map(d => [d.name.value, d]));

// What the operations use: type name -> field name -> set of argument names.
const used = new Map();
const queue = [];
const fieldOf = (type, name) => definitions.get(type)?.fields?.find(f => f.name.value === name);

function keepType(name) {
  if (used.has(name) || graphql.specifiedScalarTypes.some(s => s.name === name)) return;
  used.set(name, new Map());
  queue.push(name);
}

function keepField(typeName, fieldName, args) {
  keepType(typeName);
  const fields = used.get(typeName);
  const field = fieldOf(typeName, fieldName);
  if (!fields.has(fieldName)) {
    fields.set(fieldName, new Set(field.arguments.filter(a => a.type.kind === 'NonNullType' && !a.defaultValue).map(a => a.name.value)));
    keepType(graphql.getNamedType(schema.getType(typeName).getFields()[fieldName].type).name);
    queue.push(typeName);
  }
  for (const name of args) fields.get(fieldName).add(name);
  // Paging goes forward and backward.
  if (args.some(name => PAGING.includes(name))) for (const { name } of field.arguments) if (PAGING.includes(name.value)) fields.get(fieldName).add(name.value);
  for (const name of fields.get(fieldName)) keepType(nameOf(field.arguments.find(a => a.name.value === name).type));
}

const nameOf = type => (type.kind === 'NamedType' ? type.name.value : nameOf(type.type));
const plain = field => { const t = definitions.get(nameOf(field.type)); return !t || t.kind === 'ScalarTypeDefinition' || t.kind === 'EnumTypeDefinition'; };

let operations = 0;
const faults = [];
for (const folder of folders) {
  const absolute = path.join(root, folder);
  if (!fs.existsSync(absolute)) continue;
  for (const file of fs.readdirSync(absolute).filter(f => f.endsWith('.graphql')).sort()) {
    operations += 1;
    const document = graphql.parse(new graphql.Source(fs.readFileSync(path.join(absolute, file), 'utf8'), `${folder}/${file}`));
    const errors = graphql.validate(schema, document);
    if (errors.length) { faults.push(...errors.map(String)); continue; }
    const info = new graphql.TypeInfo(schema);
    graphql.visit(document, graphql.visitWithTypeInfo(info, {
      Field(node) {
        if (node.name.value.startsWith('__')) return;
        keepField(info.getParentType().name, node.name.value, node.arguments.map(a => a.name.value));
      },
      InlineFragment(node) { if (node.typeCondition) keepType(node.typeCondition.name.value); },
      FragmentDefinition(node) { keepType(node.typeCondition.name.value); },
      VariableDefinition(node) { keepType(nameOf(node.type)); },
    }));
  }
}
if (faults.length) { console.error(faults.join('\n\n')); process.exit(1); }

// Close over what the kept definitions mention, until nothing is added.
const implementors = name => schema.getPossibleTypes(schema.getType(name));
function close(name) {
  const definition = definitions.get(name);
  switch (definition.kind) {
    case 'UnionTypeDefinition':
      for (const member of definition.types) keepType(member.name.value);
      break;
    case 'InputObjectTypeDefinition':
      for (const field of definition.fields) keepType(nameOf(field.type));
      break;
    case 'InterfaceTypeDefinition': {
      for (const field of definition.fields.filter(plain)) keepField(name, field.name.value, field.arguments.map(a => a.name.value));
      const types = implementors(name);
      if (types.length <= FEW_IMPLEMENTORS) for (const type of types) keepType(type.name);
      break;
    }
  }
}
let size;
do {
  size = [...used.values()].reduce((sum, fields) => sum + 1 + fields.size, 0);
  for (const name of used.keys()) close(name);
  // A type has the fields of the interfaces kept, and at least one field.
  for (const [name, fields] of [...used]) {
    const definition = definitions.get(name);
    for (const parent of definition.interfaces ?? []) {
      for (const [field, args] of used.get(parent.name.value) ?? []) keepField(name, field, [...args]);
    }
    if (definition.fields && definition.kind !== 'InputObjectTypeDefinition' && fields.size === 0) {
      const field = fieldOf(name, 'id') ?? definition.fields.find(plain) ?? definition.fields[0];
      keepField(name, field.name.value, []);
    }
  }
} while (size !== [...used.values()].reduce((sum, fields) => sum + 1 + fields.size, 0));

function bare(node) {
  const { description, directives, ...rest } = node;
  return rest;
}
function cut(definition) {
  const kept = used.get(definition.name.value);
  const result = bare(definition);
  if (result.values) result.values = result.values.map(bare);
  if (result.interfaces) result.interfaces = result.interfaces.filter(i => used.has(i.name.value));
  if (definition.kind === 'InputObjectTypeDefinition') result.fields = result.fields.map(bare);
  else if (result.fields) {
    result.fields = result.fields.filter(f => kept.has(f.name.value)).map(f => {
      const args = kept.get(f.name.value);
      return { ...bare(f), arguments: f.arguments.filter(a => args.has(a.name.value)).map(bare) };
    });
  }
  return result;
}

const body = ast.definitions.filter(d => d.name && used.has(d.name.value)).map(cut).map(graphql.print).join('\n\n');
const note = [
  `A cut of GitHub's GraphQL schema as published in npm ${PACKAGE} ${VERSION}, written by scripts/cut-schema.mjs.`,
  'Do not edit. It holds what our operations can reach; descriptions and directives are left out.',
  '',
  ...licence.split('\n'),
].map(line => `# ${line}`.trimEnd()).join('\n');
const text = `${note}\n\n${body}\n`;
graphql.assertValidSchema(graphql.buildSchema(text));
if (Buffer.byteLength(text) > LIMIT_BYTES) throw new Error(`the cut has ${Buffer.byteLength(text)} bytes, more than ${LIMIT_BYTES}`);
fs.mkdirSync(path.dirname(target), { recursive: true });
fs.writeFileSync(target, text);
console.log(`${operations} files, ${used.size} types, ${Buffer.byteLength(text)} bytes`);

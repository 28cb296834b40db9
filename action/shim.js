'use strict';
// Finds the binary for this machine and runs it: same streams, same environment, signals passed on, its exit code ours. Decides nothing, and never uses a shell.
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { spawn } = require('node:child_process');

const WINDOWS = process.platform === 'win32';
const ROOT = path.dirname(__dirname);
const PLATFORM = `${process.platform}-${process.arch}`;
const NAME = `shipgate-${PLATFORM}${WINDOWS ? '.exe' : ''}`;
const MOST_BYTES = 64 * 1024 * 1024;
const MOST_REDIRECTS = 5;
const MOST_MILLISECONDS = 120_000;

/** The child that runs now, and the first signal that came before there was one. */
let child = null;
let early = null;

/** Ends this step with a message on the run's page. */
function fail(message) {
  const escaped = message.replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A');
  process.stdout.write(`::error title=shipgate::${escaped}\n`, () => process.exit(1));
}

/** Runs a program to its end: its exit code, or 128 and the number of the signal that ended it. */
function start(program, args, options) {
  if (early) return Promise.resolve(128 + os.constants.signals[early]);
  return new Promise((resolve, reject) => {
    child = spawn(program, args, { stdio: 'inherit', windowsHide: true, ...options });
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? 128 + os.constants.signals[signal]));
  });
}

/** Passes signals on, so that whoever cancels the job waits for the binary. A Windows console tells the child itself. */
function listen() {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      if (!child) early ??= signal;
      else if (!WINDOWS) child.kill(signal);
    });
  }
}

/** The file where it can be run: itself, made executable where an unpacked archive lost that, or a copy where it cannot be. */
function runnable(file) {
  if (WINDOWS) return file;
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return file;
  } catch {
    try {
      fs.chmodSync(file, 0o755);
      return file;
    } catch {
      const copy = path.join(fs.mkdtempSync(path.join(process.env.RUNNER_TEMP || os.tmpdir(), 'shipgate-')), NAME);
      fs.copyFileSync(file, copy);
      fs.chmodSync(copy, 0o755);
      return copy;
    }
  }
}

const sha256 = (bytes) => require('node:crypto').createHash('sha256').update(bytes).digest('hex');

/** HTTPS, or this very machine. */
function allowed(address) {
  const url = new URL(address);
  const loopback = ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);
  if (url.protocol === 'https:' || (url.protocol === 'http:' && loopback)) return url;
  throw new Error(`${url.origin} is not asked: only https is`);
}

/** What an address gives, behind redirects; not more, and not for longer, than a binary needs. */
async function fetched(address) {
  const signal = AbortSignal.timeout(MOST_MILLISECONDS);
  let url = allowed(address);
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const answer = await fetch(url, { redirect: 'manual', signal });
    const next = answer.headers.get('location');
    if (answer.status >= 300 && answer.status < 400 && next) {
      url = allowed(new URL(next, url));
      continue;
    }
    if (answer.status !== 200) throw new Error(`${url.origin}${url.pathname} answered ${answer.status}`);
    const chunks = [];
    let length = 0;
    for await (const chunk of answer.body) {
      length += chunk.length;
      if (length > MOST_BYTES) throw new Error(`${url.origin}${url.pathname} is larger than ${MOST_BYTES} bytes`);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }
  throw new Error(`${address} redirects more than ${MOST_REDIRECTS} times`);
}

/** A file of the action's release: kept by an earlier job, or downloaded; in both cases with the sum that is committed beside this file. */
async function released(version, sum) {
  const folder = path.join(process.env.RUNNER_TOOL_CACHE || process.env.RUNNER_TEMP || os.tmpdir(), 'shipgate', version);
  const file = path.join(folder, NAME);
  if (fs.existsSync(file) && sha256(fs.readFileSync(file)) === sum) return file;
  const { GITHUB_SERVER_URL: server = 'https://github.com', GITHUB_ACTION_REPOSITORY: repository } = process.env;
  if (!repository) throw new Error('GITHUB_ACTION_REPOSITORY is not set, so it is not known where to download from');
  const bytes = await fetched(`${server}/${repository}/releases/download/v${version}/${NAME}`);
  const found = sha256(bytes);
  if (found !== sum) throw new Error(`${NAME} of ${repository} v${version} has the SHA-256 ${found}, and not ${sum} as action/checksums.json says: it is not run`);
  // Written beside its place and moved there whole: another job may be doing the same.
  fs.mkdirSync(folder, { recursive: true });
  const part = path.join(fs.mkdtempSync(path.join(folder, 'part-')), NAME);
  fs.writeFileSync(part, bytes, { mode: 0o755 });
  fs.renameSync(part, file);
  fs.rmdirSync(path.dirname(part));
  return file;
}

/** In a development tree: what cargo built last, else what it builds now. */
async function built() {
  const target = path.resolve(ROOT, process.env.CARGO_TARGET_DIR || 'target');
  const files = ['release', 'debug'].map((profile) => path.join(target, profile, `shipgate${WINDOWS ? '.exe' : ''}`));
  const age = (file) => fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const newest = () => files.filter(age).sort((one, other) => age(other) - age(one))[0];
  if (!newest()) {
    const code = await start('cargo', ['build', '--release', '--locked', '--bin', 'shipgate'], { cwd: ROOT });
    child = null;
    if (code !== 0) throw new Error(`cargo build ended with ${code}`);
  }
  return newest();
}

async function find() {
  const beside = path.join(__dirname, 'bin', NAME);
  if (fs.existsSync(beside)) return runnable(beside);
  const { version, files } = JSON.parse(fs.readFileSync(path.join(__dirname, 'checksums.json'), 'utf8'));
  if (files[NAME]) return released(version, files[NAME]);
  if (fs.existsSync(path.join(ROOT, 'Cargo.toml'))) return built();
  throw new Error(`action/bin has no ${NAME}, and action/checksums.json names none to download`);
}

/** Runs the binary with these arguments, and ends as it ends. */
exports.run = async (args) => {
  listen();
  try {
    process.exit(await start(await find(), args));
  } catch (error) {
    const why = [error.message, error.cause?.message].filter(Boolean).join(': ');
    fail(`shipgate does not run on ${PLATFORM}: ${why}. Use a released version of the action on Linux, macOS or Windows (x64 or arm64), or install Rust so that it can be built.`);
  }
};

// node --experimental-permission --allow-fs-read=… run-check.mjs CHECK.mjs CANDIDATE.mjs
//
// Runs every check of CHECK against the module CANDIDATE. The first line of stdin is a nonce; the last line of stdout is
// the nonce, a space and the result as JSON. A candidate never learns the nonce, so it cannot print a result of its own.
// The exit code is 0 whatever the checks say. A check that never yields (a busy loop) must be killed by the caller.
import { readSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const LIMIT_MS = 2000;
const DETAIL_CHARS = 300;

// All that the report needs is taken here: the candidate may replace any global afterwards.
const write = process.stdout.write.bind(process.stdout);
const exit = process.exit.bind(process);
const silence = process.removeAllListeners.bind(process, 'exit');
const stringify = JSON.stringify;
const cpuUsage = process.cpuUsage.bind(process);
const startTimer = setTimeout;
const stopTimer = clearTimeout;

const nonce = readLine();
const [checkPath, candidatePath] = process.argv.slice(2);
const checks = (await import(pathToFileURL(resolve(checkPath)).href)).default;
const results = checks.map(({ id }) => ({ id, status: 'fail', detail: 'The candidate ended the process before this check.' }));
let reported = false;

process.on('exit', () => {
  report(() => {});
  process.exitCode = 0;
});
process.on('uncaughtException', () => {});
process.on('unhandledRejection', () => {});

let candidate;
let broken;
try {
  candidate = await within(() => import(pathToFileURL(resolve(candidatePath)).href));
} catch (error) {
  broken = `The module cannot be imported: ${messageOf(error)}`;
}

for (let i = 0; i < checks.length; i++) {
  results[i].detail = broken ?? 'The candidate ended the process during this check.';
  if (broken !== undefined) {
    continue;
  }
  try {
    await within(() => checks[i].run(candidate, { same, fails, random, cpuMs }));
    results[i].status = 'pass';
    results[i].detail = '';
  } catch (error) {
    results[i].detail = oneLine(messageOf(error));
  }
}
report(() => exit(0));

function report(then) {
  if (reported) {
    return;
  }
  reported = true;
  silence();
  for (const result of results) {
    result.detail = oneLine(result.detail);
  }
  write(`\n${nonce} ${stringify({ checks: results })}\n`, then);
}

/** Reads one line from stdin, byte by byte: nothing behind it is taken. */
function readLine() {
  const byte = Buffer.alloc(1);
  let line = '';
  for (;;) {
    try {
      if (readSync(0, byte, 0, 1, null) === 0 || byte[0] === 10) {
        return line.trim();
      }
      line += String.fromCharCode(byte[0]);
    } catch (error) {
      if (error.code === 'EOF') {
        return line.trim();
      }
      if (error.code !== 'EAGAIN') {
        throw error;
      }
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

/** Awaits work, but no longer than the limit. */
async function within(work) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = startTimer(() => reject(new Error(`No answer within ${LIMIT_MS} ms.`)), LIMIT_MS);
  });
  try {
    return await Promise.race([(async () => work())(), late]);
  } finally {
    stopTimer(timer);
  }
}

function messageOf(error) {
  try {
    return String(error?.message ?? error);
  } catch {
    return 'An error without a message.';
  }
}

function oneLine(text) {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= DETAIL_CHARS ? line : `${line.slice(0, DETAIL_CHARS - 1)}…`;
}

/** Fails unless both values are equal in depth: the second argument of a check's run carries this and three more helpers. */
function same(actual, expected, what) {
  if (!equal(actual, expected)) {
    throw new Error(`${what}: expected ${show(expected)}, got ${show(actual)}`);
  }
}

/** Fails unless the call throws (or rejects with) an error whose message matches; kind is an error class, or left out. */
function fails(call, pattern, what, kind = Error) {
  const judge = (error) => {
    if (!(error instanceof kind) || !pattern.test(error.message)) {
      const got = error instanceof Error ? `${error.name}: ${error.message}` : show(error);
      throw new Error(`${what}: expected ${kind.name} with a message like ${pattern}, got ${got}`);
    }
  };
  const none = (value) => {
    throw new Error(`${what}: expected ${kind.name} with a message like ${pattern}, got the value ${show(value)}`);
  };
  let value;
  try {
    value = call();
  } catch (error) {
    return judge(error);
  }
  return typeof value?.then === 'function' ? value.then(none, judge) : none(value);
}

/** The processor time of this process in milliseconds: unlike the clock it does not run faster on a busy machine. */
function cpuMs() {
  const { user, system } = cpuUsage();
  return (user + system) / 1000;
}

/** A seeded source of numbers: next(n) is a whole number from 0 to n - 1, pick(list) an element. */
function random(seed) {
  let state = seed >>> 0;
  const next = (n) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * n);
  };
  return { next, pick: (list) => list[next(list.length)] };
}

function equal(a, b) {
  if (Object.is(a, b)) {
    return true;
  }
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || Array.isArray(a) !== Array.isArray(b)) {
    return false;
  }
  if (a instanceof Date || b instanceof Date) {
    return a instanceof Date && b instanceof Date && a.getTime() === b.getTime();
  }
  if (ArrayBuffer.isView(a) || ArrayBuffer.isView(b)) {
    return ArrayBuffer.isView(a) && ArrayBuffer.isView(b) && equal([...a], [...b]);
  }
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && equal(a[key], b[key]));
}

function show(value) {
  if (typeof value === 'function' || typeof value === 'symbol' || typeof value === 'bigint' || Object.is(value, -0)) {
    return Object.is(value, -0) ? '-0' : String(value);
  }
  return typeof value === 'number' ? String(value) : stringify(value) ?? String(value);
}

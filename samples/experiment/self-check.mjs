// node samples/experiment/self-check.mjs [ID…]
//
// Asserts all that README.md promises of every task: the layout, the sizes, which attempt fails which check, and which
// last attempts are false PASSes. Every attempt is run as the verifier runs it, without any permission but reading.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const ROUNDS = { 1: 6, 2: 7, 3: 5, 4: 2 };
const FALSE_PASSES = ['edit-distance', 'money-round', 'text-diff'];
const faults = [];

const wanted = process.argv.slice(2);
const ids = readdirSync(join(here, 'tasks')).filter((id) => wanted.length === 0 || wanted.includes(id)).sort();
const rounds = {};
const queue = [...ids];
await Promise.all(Array.from({ length: availableParallelism() }, async () => {
  while (queue.length > 0) {
    const id = queue.shift();
    rounds[id] = await checkTask(id);
  }
}));

if (wanted.length === 0) {
  const counts = {};
  Object.values(rounds).forEach((n) => { counts[n] = (counts[n] ?? 0) + 1; });
  expect(JSON.stringify(counts) === JSON.stringify(ROUNDS), 'all', `tasks by rounds are ${JSON.stringify(counts)}`);
  const readme = readFileSync(join(here, 'README.md'), 'utf8');
  for (const id of ids) {
    const row = `| \`${id}\` | ${rounds[id]} | ${FALSE_PASSES.includes(id) ? 'yes' : 'no'} |`;
    expect(readme.includes(row), id, `README.md has no row that begins with ${row}`);
  }
}

faults.forEach((fault) => console.error(fault));
console.log(`${ids.length} tasks, ${faults.length} faults.`);
process.exitCode = faults.length === 0 ? 0 : 1;

function expect(holds, id, fault) {
  if (!holds) {
    faults.push(`${id}: ${fault}`);
  }
}

async function checkTask(id) {
  const folder = join(here, 'tasks', id);
  const read = (name) => readFileSync(join(folder, name), 'utf8');
  const lines = (name) => read(name).trimEnd().split('\n').length;
  const task = JSON.parse(read('task.json'));
  const criteria = task.acceptance.map((criterion) => criterion.id);
  expect(task.id === id, id, `task.json names ${task.id}`);
  expect(criteria.length >= 3 && criteria.length <= 6, id, `${criteria.length} criteria`);
  const sentences = task.prompt.split(/[.;] /).length;
  expect(sentences >= 3 && sentences <= 8, id, `the prompt has ${sentences} sentences`);

  const files = readdirSync(join(folder, 'project'));
  const size = files.reduce((sum, name) => sum + statSync(join(folder, 'project', name)).size, 0);
  expect(size >= 6_000 && size <= 20_480, id, `the project has ${size} bytes`);
  expect(lines('project/module.mjs') >= 60 && lines('project/module.mjs') <= 200, id,
    `module.mjs: ${lines('project/module.mjs')} lines`);
  expect(lines('project/CONTRACT.md') >= 40 && lines('project/CONTRACT.md') <= 120, id,
    `CONTRACT.md: ${lines('project/CONTRACT.md')} lines`);

  let count = 0;
  while (existsSync(join(folder, `attempts/${count + 1}.mjs`))) {
    count++;
  }
  expect(readdirSync(join(folder, 'attempts')).length === count, id, 'attempts are not numbered from 1 without a gap');

  let before = Infinity;
  for (let n = 0; n <= count; n++) {
    const candidate = join(folder, n === 0 ? 'project/module.mjs' : `attempts/${n}.mjs`);
    const name = n === 0 ? 'module.mjs' : `attempt ${n}`;
    const visible = await run(join(folder, 'check.mjs'), candidate);
    expect(JSON.stringify(visible.map((check) => check.id)) === JSON.stringify(criteria), id,
      'check.mjs and the criteria differ');
    const failed = failuresOf(visible);
    const told = failed.map((check) => `${check.id} ${check.detail}`).join(' | ');
    if (n < count) {
      expect(failed.length > 0, id, `${name} passes the visible check`);
    } else {
      expect(failed.length === 0, id, `${name} fails the visible check: ${told}`);
      const hidden = failuresOf(await run(join(folder, 'hidden.mjs'), candidate));
      const hiddenTold = hidden.map((check) => `${check.id} ${check.detail}`).join(' | ');
      expect(hidden.length > 0 === FALSE_PASSES.includes(id), id, `${name} on the hidden check: ${hiddenTold || 'passes'}`);
    }
    if (n > 0) {
      expect(failed.length < before, id, `${name} fails ${failed.length} checks, the one before ${before}: ${told}`);
      before = failed.length;
    }
  }
  return count;
}

function failuresOf(checks) {
  return checks.filter((check) => check.status !== 'pass');
}

async function run(check, candidate) {
  const nonce = randomUUID();
  const child = spawn(process.execPath,
    ['--no-warnings', '--experimental-permission', `--allow-fs-read=${join(here, '*')}`, join(here, 'run-check.mjs'), check,
      candidate],
    { stdio: ['pipe', 'pipe', 'pipe'], timeout: 15_000, killSignal: 'SIGKILL' });
  let out = '';
  let errors = '';
  child.stdout.on('data', (chunk) => { out += chunk; });
  child.stderr.on('data', (chunk) => { errors += chunk; });
  child.stdin.end(`${nonce}\n`);
  const code = await new Promise((done) => child.on('close', done));
  const last = out.trimEnd().split('\n').at(-1);
  if (code !== 0 || !last.startsWith(`${nonce} `)) {
    throw new Error(`${candidate}: exit code ${code}, no result. ${errors.slice(0, 500)}`);
  }
  return JSON.parse(last.slice(nonce.length + 1)).checks;
}

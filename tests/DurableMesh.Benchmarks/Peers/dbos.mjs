// DBOS on a PostgreSQL of its own: a dialogue is a workflow that waits for messages, a turn one message to it. The turn ends when
// the workflow goes on after its one step, whose result is then in the database.
import { spawn, spawnSync } from 'node:child_process';
import { chownSync, mkdtempSync, readdirSync, existsSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DBOS } from '@dbos-inc/dbos-sdk';
import pg from 'pg';
import { freePort, measure, until } from './measure.mjs';

const [runs = 3] = process.argv.slice(2).map(Number);
const debian = '/usr/lib/postgresql';
const programs = existsSync(debian)
  ? readdirSync(debian).sort((one, other) => other - one).map(version => path.join(debian, version, 'bin'))
  : (process.env.PATH ?? '').split(path.delimiter);
const bin = programs.find(folder => existsSync(path.join(folder, 'postgres')) && existsSync(path.join(folder, 'initdb')));
if (!bin) {
  console.error('There is no PostgreSQL server on this machine (Debian: postgresql).');
  process.exit(3);
}

// PostgreSQL does not run as root: there it runs as the user that its package made.
const postgres = process.getuid() === 0 ? { uid: id('-u'), gid: id('-g') } : {};
const folder = mkdtempSync(path.join(tmpdir(), 'durablemesh-postgres-'));
if (postgres.uid !== undefined) {
  chownSync(folder, postgres.uid, postgres.gid);
}

const made = spawnSync(
  path.join(bin, 'initdb'),
  ['-D', path.join(folder, 'data'), '-U', 'peers', '-A', 'trust'],
  { ...postgres, cwd: folder, encoding: 'utf8' });
if (made.status !== 0) {
  console.error(made.stderr);
  process.exit(3);
}

const port = await freePort();
const server = spawn(
  path.join(bin, 'postgres'), ['-D', path.join(folder, 'data'), '-h', '127.0.0.1', '-p', String(port), '-k', folder],
  { ...postgres, cwd: folder, stdio: ['ignore', 'ignore', process.env.PEERS_VERBOSE ? 'inherit' : 'ignore'] });
const address = name => `postgresql://peers@127.0.0.1:${port}/${name}`;

const waiting = new Map();
const dialogue = DBOS.registerWorkflow(async (id, turns) => {
  for (let turn = 0; turn < turns; turn++) {
    const said = await DBOS.recv('turn', 3600);
    await DBOS.runStep(async () => said, { name: 'answer' });
    waiting.get(id)();
  }
}, { name: 'dialogue' });

try {
  await until(async () => {
    const client = new pg.Client({ connectionString: address('postgres') });
    await client.connect();
    await client.query('CREATE DATABASE peers');
    await client.end();
  }, server);
  DBOS.setConfig({ name: 'peers', systemDatabaseUrl: address('peers'), runAdminServer: false, logLevel: 'error' });
  await DBOS.launch();
  await measure(
    {
      begin: (id, turns) => DBOS.startWorkflow(dialogue, { workflowID: id })(id, turns),
      turn: async id => {
        const done = new Promise(resolve => waiting.set(id, resolve));
        await DBOS.send(id, 'go on', 'turn');
        await done;
      },
    },
    server.pid,
    runs);
  await DBOS.shutdown();
} finally {
  server.kill('SIGINT');
  await new Promise(resolve => server.exitCode === null ? server.on('exit', resolve) : resolve());
  rmSync(folder, { recursive: true, force: true });
}
process.exit(0);

function id(option) {
  return Number(spawnSync('id', [option, 'postgres'], { encoding: 'utf8' }).stdout);
}

// Restate: a dialogue is a virtual object, a turn one call of it through the ingress. The call is answered when its result, and
// with it the result of its one step, is in Restate's log.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import http2 from 'node:http2';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as restate from '@restatedev/restate-sdk';
import { freePort, measure, until } from './measure.mjs';

// The SDK wants Node.js 22; this is all that it misses in 20.
Promise.withResolvers ??= () => {
  const one = {};
  one.promise = new Promise((resolve, reject) => Object.assign(one, { resolve, reject }));
  return one;
};

const [runs = 3] = process.argv.slice(2).map(Number);
const [ingress, admin, node, service] = await Promise.all([freePort(), freePort(), freePort(), freePort()]);
const folder = mkdtempSync(path.join(tmpdir(), 'durablemesh-restate-'));

const dialogue = restate.object({
  name: 'dialogue',
  handlers: {
    turn: async (context, said) => {
      const answer = await context.run('answer', () => said);
      context.set('turn', (await context.get('turn') ?? 0) + 1);
      return answer;
    },
  },
});
const endpoint = http2.createServer(restate.createEndpointHandler({ services: [dialogue], logger: () => { } }));
await new Promise(resolve => endpoint.listen(service, '127.0.0.1', resolve));

const launcher = path.dirname(createRequire(import.meta.url).resolve('@restatedev/restate-server/package.json'));
const server = spawn(process.execPath, [path.join(launcher, 'lib', 'index.js'), '--base-dir', folder, '--no-logo'], {
  cwd: folder,
  stdio: ['ignore', 'ignore', process.env.PEERS_VERBOSE ? 'inherit' : 'ignore'],
  env: {
    ...process.env,
    DO_NOT_TRACK: '1',
    RESTATE_BIND_ADDRESS: `127.0.0.1:${node}`,
    RESTATE_ADVERTISED_ADDRESS: `http://127.0.0.1:${node}`,
    RESTATE_ADMIN__BIND_ADDRESS: `127.0.0.1:${admin}`,
    RESTATE_INGRESS__BIND_ADDRESS: `127.0.0.1:${ingress}`,
  },
});

const agent = new http.Agent({ keepAlive: true });
const post = (port, route, body) => new Promise((resolve, reject) => {
  const text = JSON.stringify(body);
  const request = http.request(
    {
      agent, host: '127.0.0.1', port, method: 'POST', path: route,
      headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) },
    },
    response => {
      let answer = '';
      response.on('data', part => answer += part);
      response.on('end', () => response.statusCode < 300
        ? resolve(answer)
        : reject(new Error(`${response.statusCode} ${answer}`)));
    });
  request.on('error', reject);
  request.end(text);
});

try {
  await until(() => post(admin, '/deployments', { uri: `http://127.0.0.1:${service}`, force: true }), server);
  await until(() => post(ingress, '/dialogue/first/turn', 'go on'), server);
  await measure({ begin: async () => { }, turn: id => post(ingress, `/dialogue/${id}/turn`, 'go on') }, server.pid, runs);
} finally {
  server.kill('SIGTERM');
  await new Promise(resolve => server.exitCode === null ? server.on('exit', resolve) : resolve());
  rmSync(folder, { recursive: true, force: true });
}
process.exit(0);

// Push notifications: node push.mjs JSON. The mesh has to be allowed to post to this machine.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { begin, connect, pass, send, speak, TaskState, until } from './mesh.mjs';

const { base, builder, verifier } = JSON.parse(process.argv[2]);
const posts = [];
const server = createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  posts.push({ headers: request.headers, body: JSON.parse(body) });
  response.writeHead(200).end();
}).listen(0, '127.0.0.1');
await new Promise((done) => server.once('listening', done));
const url = `http://127.0.0.1:${server.address().port}/hook`;

const client = await connect(base, verifier, 'JSONRPC');
const config = {
  tenant: '', id: 'mine', taskId: '', url, token: 'known', authentication: { scheme: 'Bearer', credentials: 'secret' },
};
const task = await client.sendMessage(send(
  'the patch',
  { initiator: builder, mcTask: await begin(base), acceptance: [{ id: 'AC-1', title: 'it works' }] },
  { configuration: { returnImmediately: true, taskPushNotificationConfig: config } }));
const all = () => client.listTaskPushNotificationConfig({ tenant: '', taskId: task.id, pageSize: 0, pageToken: '' });
assert.deepEqual((await all()).configs.map((one) => [one.id, one.url, one.authentication.credentials]), [['mine', url, '']]);
const second = await client.createTaskPushNotificationConfig({ ...config, id: '', taskId: task.id });
assert.equal((await client.getTaskPushNotificationConfig({ tenant: '', taskId: task.id, id: second.id })).url, url);
for (let n = 0; n < 2; n++) await client.deleteTaskPushNotificationConfig({ tenant: '', taskId: task.id, id: second.id });
assert.equal((await all()).configs.length, 1);

await speak(base, undefined, verifier, task.id, 'verdict', pass);
const last = await until(() => posts.find((one) => one.body.statusUpdate?.status.state === 'TASK_STATE_COMPLETED'));
assert.equal(last.headers.authorization, 'Bearer secret');
assert.equal(last.headers['x-a2a-notification-token'], 'known');
assert.equal(last.headers['content-type'], 'application/a2a+json');
assert.ok(posts.some((one) => one.body.artifactUpdate?.artifact.artifactId === 'evidence'));
assert.ok(posts.every((one) => Object.values(one.body)[0].taskId === task.id));
await until(async () => (await all()).configs.length === 0);
assert.equal((await client.getTask({ tenant: '', id: task.id })).status.state, TaskState.TASK_STATE_COMPLETED);
server.close();

// The official SDK as a client of the mesh: node client.mjs JSON, which says base, binding, agents and keys.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { begin, connect, extension, pass, send, speak, TaskState, until, withKey } from './mesh.mjs';

const { base, binding, verifier, advisor, stranger, keys } = JSON.parse(process.argv[2]);
const client = await connect(base, verifier, binding, keys.builder);
const question = async () => ({ mcTask: await begin(base, keys.operator) });
const work = async () => ({ ...await question(), acceptance: [{ id: 'AC-1', title: 'it works' }] });
const malformed = binding === 'JSONRPC' ? 'RequestMalformedError' : 'A2AError';
const release = randomUUID();
const ended = [];

async function fails(call, name, words) {
  await assert.rejects(call, (error) => {
    assert.equal(error.name, name, `${error.name}: ${error.message}`);
    assert.match(error.message, words ?? /./);
    return true;
  });
}

async function step(name, run) {
  console.log(`- ${name}`);
  await run();
}

await step('the public card needs no key, and tells of no agent; the extended one does', async () => {
  const card = await (await fetch(`${base}/.well-known/agent-card.json`)).json();
  assert.deepEqual(card.supportedInterfaces.map((one) => one.protocolBinding), ['JSONRPC', 'HTTP+JSON']);
  assert.ok(!JSON.stringify(card).includes(verifier));
  const mesh = await connect(base, '-', binding, keys.builder);
  const extended = await mesh.getAgentCard();
  assert.ok(extended.skills.some((skill) => skill.id === verifier));
  assert.equal(extended.capabilities.extensions[0].uri, extension);
  assert.equal((await fetch(`${base}/a2a/agents/${verifier}/.well-known/agent-card.json`)).status, 401);
});

await step('work streams to its verdict, with result and evidence', async () => {
  const stream = client.sendMessageStream(send('the patch', await work(), { contextId: release }));
  const first = (await stream.next()).value.payload;
  assert.equal(first.$case, 'task');
  assert.equal(first.value.status.state, TaskState.TASK_STATE_WORKING);
  assert.equal(first.value.contextId, release);
  const id = first.value.id;
  await speak(base, keys.verifier, verifier, id, 'finding', { body: 'looks odd' });
  await speak(base, keys.verifier, verifier, id, 'verdict', pass);
  const seen = [];
  for await (const { payload } of stream) seen.push(payload);
  assert.deepEqual(
    seen.filter((one) => one.$case === 'artifactUpdate').map((one) => one.value.artifact.artifactId), ['result', 'evidence']);
  assert.equal(seen[0].value.status.message.parts[0].content.value, 'looks odd');
  assert.equal(seen.at(-1).value.status.state, TaskState.TASK_STATE_COMPLETED);
  const evidence = seen.findLast((one) => one.$case === 'artifactUpdate').value.artifact.parts;
  assert.deepEqual(
    [evidence[0].content.value.endState, evidence[0].content.value.reason], ['PASS', 'verified']);
  assert.equal((await withKey(keys.builder)(evidence[1].content.value)).status, 200);
  ended.push(id);
});

await step('an ended task is read, takes no message, and has nothing to subscribe to or to cancel', async () => {
  const task = await client.getTask({ tenant: '', id: ended[0], historyLength: 2 });
  assert.equal(task.history.length, 2);
  assert.equal(task.artifacts.length, 2);
  await fails(() => client.sendMessage(send('more', undefined, { taskId: ended[0] })), 'UnsupportedOperationError');
  await fails(async () => { for await (const _ of client.resubscribeTask({ tenant: '', id: ended[0] })); },
    'UnsupportedOperationError');
  await fails(() => client.cancelTask({ tenant: '', id: ended[0], metadata: undefined }), 'TaskNotCancelableError');
});

await step('the same message again is the same task', async () => {
  const again = send('a question', await question(), { configuration: { returnImmediately: true } });
  const one = await client.sendMessage(again);
  assert.equal((await client.sendMessage(again)).id, one.id);
  assert.equal(one.status.state, TaskState.TASK_STATE_WORKING);
  await fails(() => client.sendMessage({ ...again, message: { ...again.message, parts: send('another').message.parts } }), malformed);
  await client.cancelTask({ tenant: '', id: one.id, metadata: undefined });
});

await step('a question is answered, asked on, and acknowledged', async () => {
  const contextId = randomUUID();
  const waiting = client.sendMessage(send('Which licence fits?', await question(), { contextId }));
  const { id } = await until(async () =>
    (await client.listTasks({ tenant: '', contextId, status: TaskState.TASK_STATE_WORKING, pageToken: '' })).tasks[0]);
  await speak(base, keys.verifier, verifier, id, 'answer', { body: 'MIT' });
  const answered = await waiting;
  assert.equal(answered.status.state, TaskState.TASK_STATE_INPUT_REQUIRED);
  assert.equal(answered.status.message.parts[0].content.value, 'MIT');
  const asked = await client.sendMessage(send('Why?', undefined, { taskId: id, configuration: { returnImmediately: true } }));
  assert.equal(asked.history.at(-1).metadata[extension].kind, 'question');
  await speak(base, keys.verifier, verifier, id, 'question', { body: 'For whom?' });
  const told = await client.sendMessage(send('For all.', undefined, { taskId: id, configuration: { returnImmediately: true } }));
  assert.equal(told.history.at(-1).metadata[extension].kind, 'answer');
  await speak(base, keys.verifier, verifier, id, 'answer', { body: 'It is short.' });
  const done = await client.sendMessage(send('Thanks.', { kind: 'acknowledgement' }, { taskId: id }));
  assert.equal(done.status.state, TaskState.TASK_STATE_COMPLETED);
});

await step('the gate rejects, and says why', async () => {
  const toAdvisor = await connect(base, advisor, binding, keys.builder);
  const task = await toAdvisor.sendMessage(send('Judge it.', await work()));
  assert.equal(task.status.state, TaskState.TASK_STATE_REJECTED);
  assert.match(task.status.message.parts[0].content.value, /not_authorized/);
  assert.equal(task.artifacts[0].artifactId, 'evidence');
  const nowhere = await client.sendMessage(send('Judge it.', { ...await work(), mcTask: 'nowhere' }));
  assert.match(nowhere.status.message.parts[0].content.value, /no MC task 'nowhere'/);
});

await step('a task is cancelled, once and for all', async () => {
  const opened = await client.sendMessage(send('What is to be done', { ...await work(), kind: 'brief' }));
  assert.equal(opened.status.state, TaskState.TASK_STATE_INPUT_REQUIRED);
  for (let n = 0; n < 2; n++) {
    const { status } = await client.cancelTask({ tenant: '', id: opened.id, metadata: undefined });
    assert.equal(status.state, TaskState.TASK_STATE_CANCELED);
  }
});

await step('a subscription begins with the task and ends with it', async () => {
  const { id } = await client.sendMessage(send('the patch', await work(), { configuration: { returnImmediately: true } }));
  const stream = client.resubscribeTask({ tenant: '', id });
  assert.equal((await stream.next()).value.payload.value.id, id);
  await speak(base, keys.verifier, verifier, id, 'verdict', { ...pass, verdict: 'fail',
    checks: [{ id: 'AC-1', status: 'fail', detail: 'no' }] });
  assert.equal((await stream.next()).value.payload.value.status.state, TaskState.TASK_STATE_INPUT_REQUIRED);
  const file = { content: { $case: 'raw', value: Buffer.from('diff') }, metadata: undefined, filename: 'a.diff', mediaType: '' };
  const sent = await client.sendMessage(send([file], undefined, { taskId: id, configuration: { returnImmediately: true } }));
  const part = sent.history.at(-1).parts.find((one) => one.content.$case === 'url');
  assert.equal(await (await withKey(keys.verifier)(part.content.value)).text(), 'diff');
  await speak(base, keys.verifier, verifier, id, 'verdict', pass);
  const seen = [];
  for await (const { payload } of stream) seen.push(payload);
  assert.equal(seen.at(-1).value.status.state, TaskState.TASK_STATE_COMPLETED);
});

await step('tasks are listed by page, newest first, each client its own', async () => {
  const list = (more) => client.listTasks({ tenant: '', contextId: '', status: 0, pageToken: '', ...more });
  const all = await list({ pageSize: 100 });
  const first = await list({ pageSize: 1 });
  assert.equal(first.totalSize, all.tasks.length);
  const second = await list({ pageSize: 1, pageToken: first.nextPageToken });
  assert.deepEqual([first.tasks[0].id, second.tasks[0].id], all.tasks.slice(0, 2).map((task) => task.id));
  const stamps = all.tasks.map((task) => task.status.timestamp);
  assert.deepEqual(stamps, stamps.toSorted().reverse());
  assert.equal(all.nextPageToken, '');
  assert.deepEqual((await list({ contextId: release })).tasks.map((task) => task.id), [ended[0]]);
  assert.ok((await list({ status: TaskState.TASK_STATE_CANCELED })).tasks.length > 0);
  const others = await connect(base, verifier, binding, keys.stranger);
  assert.equal((await others.listTasks({ tenant: '', contextId: '', status: 0, pageToken: '' })).totalSize, 0);
  await fails(() => others.getTask({ tenant: '', id: ended[0] }), 'TaskNotFoundError');
  await fails(() => list({ pageSize: 101 }), malformed);
});

await step('what is not known is refused by name', async () => {
  await fails(() => client.getTask({ tenant: '', id: 'nope' }), 'TaskNotFoundError');
  await fails(() => client.sendMessage(send('x', undefined, { taskId: 'nope' })), 'TaskNotFoundError');
  await fails(() => client.sendMessage(send([{ content: undefined, metadata: undefined, filename: '', mediaType: '' }])),
    'ContentTypeNotSupportedError', /none of text/);
  const { id } = await client.sendMessage(send('What', { ...await work(), kind: 'brief' }));
  await fails(() => client.sendMessage(send('x', undefined, { taskId: id, contextId: 'another' })), malformed, /another context/);
  await fails(() => client.sendMessage(send('x', { patern: 'y' })), malformed, /no such field/);
  await fails(() => client.sendMessage(send('x', { mcTask: 'any', initiator: stranger })),
    binding === 'JSONRPC' ? 'JsonRpcTransportError' : 'A2AError');
  await fails(() => client.createTaskPushNotificationConfig({
    tenant: '', id: '', taskId: id, url: 'http://169.254.169.254/hook', token: '', authentication: undefined }), malformed);
  for (const version of ['0.3', '0.5', '2.0', undefined]) {
    const headers = { 'Content-Type': 'application/json', ...(version ? { 'A2A-Version': version } : {}) };
    const response = await withKey(keys.builder)(`${base}/a2a/agents/${verifier}/tasks/${id}`, { headers });
    assert.equal(response.status, 400);
    assert.equal((await response.json()).error.details[0].reason, 'VERSION_NOT_SUPPORTED');
    const rpc = await withKey(keys.builder)(`${base}/a2a/agents/${verifier}`, {
      method: 'POST', headers, body: JSON.stringify({ jsonrpc: '2.0', id: 7, method: 'GetTask', params: { id } }) });
    const { error, id: answered } = await rpc.json();
    assert.deepEqual([rpc.status, error.code, answered], [200, -32009, 7]);
  }
});

// What the scripts here share: an SDK client of an agent of the mesh, and the mesh's own API for the other party.
import { ClientFactory, ClientFactoryOptions, JsonRpcTransportFactory, RestTransportFactory } from '@a2a-js/sdk/client';
import { Role, TaskState } from '@a2a-js/sdk';
import { randomUUID } from 'node:crypto';

export { Role, TaskState };
export const extension = 'urn:durablemesh:a2a:thread:v1';

/** fetch with a key; without one where there is none. */
export const withKey = (key) => (url, init = {}) =>
  fetch(url, { ...init, headers: { ...init.headers, ...(key ? { Authorization: `Bearer ${key}` } : {}) } });

/** A client of an agent by its card, over one binding. */
export async function connect(base, agent, binding, key) {
  const fetchImpl = withKey(key);
  const factory = new ClientFactory(ClientFactoryOptions.createFrom(ClientFactoryOptions.default, {
    transports: [new JsonRpcTransportFactory({ fetchImpl }), new RestTransportFactory({ fetchImpl })],
    preferredTransports: [binding],
  }));
  const response = await fetchImpl(`${base}/a2a/agents/${agent}/.well-known/agent-card.json`);
  if (!response.ok) throw new Error(`card: ${response.status} ${await response.text()}`);
  return factory.createFromAgentCard(await response.json());
}

/** A text part. */
export const text = (value) =>
  ({ content: { $case: 'text', value }, metadata: undefined, filename: '', mediaType: 'text/plain' });

/** A message, with what the mesh wants to know besides. */
export function send(parts, data, more = {}) {
  const { configuration, ...message } = more;
  return {
    tenant: '',
    message: {
      messageId: randomUUID(), contextId: '', taskId: '', role: Role.ROLE_USER, extensions: [extension], referenceTaskIds: [],
      parts: typeof parts === 'string' ? [text(parts)] : parts,
      metadata: data ? { [extension]: data } : undefined,
      ...message,
    },
    configuration: {
      acceptedOutputModes: [], taskPushNotificationConfig: undefined, historyLength: undefined, returnImmediately: false,
      ...configuration,
    },
    metadata: undefined,
  };
}

/** An MC task in progress: each thread has its own, for its end moves it. */
export async function begin(base, key) {
  const id = `a2a-${randomUUID()}`;
  const response = await withKey(key)(`${base}/api/tasks`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ id, title: 'One of the tests', owner: 'anna', state: 'in_progress' }),
  });
  if (response.status !== 201) throw new Error(`task: ${await response.text()}`);
  return id;
}

/** Sends a message by the mesh's own API, as the agent would. */
export async function speak(base, key, from, thread, kind, more = {}) {
  const response = await withKey(key)(`${base}/api/threads/${thread}/messages`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ messageId: randomUUID(), from, kind, ...more }),
  });
  const receipt = await response.json();
  if (receipt.receipt !== 'accepted') throw new Error(`${kind}: ${JSON.stringify(receipt)}`);
  return receipt;
}

/** A pass of the one criterion that the scripts have. */
export const pass = {
  verdict: 'pass', body: 'All holds.', checks: [{ id: 'AC-1', status: 'pass', detail: 'ran it' }],
};

/** Waits until something holds. */
export async function until(look) {
  for (;;) {
    const seen = await look();
    if (seen) return seen;
    await new Promise((done) => setTimeout(done, 20));
  }
}

// An agent made with the official SDK, for the mesh's own a2a adapter. It prints its address, and serves until it is killed.
import express from 'express';
import { AgentEvent, DefaultRequestHandler, InMemoryTaskStore } from '@a2a-js/sdk/server';
import { jsonRpcHandler, UserBuilder } from '@a2a-js/sdk/server/express';
import { Role, TaskState } from '@a2a-js/sdk';

const verdict = process.argv[2];
const part = (value) => ({ content: { $case: 'text', value }, metadata: undefined, filename: '', mediaType: 'text/plain' });
const status = (state, message) => ({ state, message, timestamp: new Date().toISOString() });

const executor = {
  async execute({ taskId, contextId, userMessage }, bus) {
    bus.publish(AgentEvent.task({
      id: taskId, contextId, artifacts: [], history: [userMessage], metadata: undefined,
      status: status(TaskState.TASK_STATE_WORKING, undefined),
    }));
    const words = userMessage.parts[0].content.value;
    if (words.includes('ask me')) {
      bus.publish(AgentEvent.statusUpdate({ taskId, contextId, metadata: undefined, status: status(
        TaskState.TASK_STATE_INPUT_REQUIRED,
        { messageId: 'q', contextId, taskId, role: Role.ROLE_AGENT, parts: [part('Which row?')], metadata: undefined,
          extensions: [], referenceTaskIds: [] }) }));
      return;
    }

    // The mesh has to come again for what takes its time.
    setTimeout(() => {
      bus.publish(AgentEvent.artifactUpdate({ taskId, contextId, append: false, lastChunk: true, metadata: undefined,
        artifact: {
          artifactId: 'a', name: 'verdict', description: '', parts: [part(verdict)], metadata: undefined, extensions: [],
        } }));
      bus.publish(AgentEvent.statusUpdate({
        taskId, contextId, metadata: undefined, status: status(TaskState.TASK_STATE_COMPLETED, undefined) }));
      bus.finished();
    }, 300);
    await new Promise((done) => setTimeout(done, 600));
  },
  async cancelTask() {},
};

const app = express();
const server = app.listen(0, '127.0.0.1', () => {
  const url = `http://127.0.0.1:${server.address().port}/`;
  const card = {
    name: 'judge', description: 'Judges.', version: '1', provider: undefined, documentationUrl: undefined, iconUrl: undefined,
    supportedInterfaces: [{ url, protocolBinding: 'JSONRPC', tenant: '', protocolVersion: '1.0' }],
    capabilities: { streaming: true, pushNotifications: false, extensions: [], extendedAgentCard: false },
    securitySchemes: {}, securityRequirements: [], defaultInputModes: ['text/plain'], defaultOutputModes: ['text/plain'],
    skills: [], signatures: [],
  };
  const requestHandler = new DefaultRequestHandler(card, new InMemoryTaskStore(), executor);
  app.use(jsonRpcHandler({ requestHandler, userBuilder: UserBuilder.noAuthentication }));
  console.log(url);
});

// A dialogue by the client that openapi-typescript makes of the description: what does not fit it does not compile.
import createClient from "openapi-fetch";
import type { components, paths } from "./mesh-api.js";

type Message = components["schemas"]["SendMessageRequest"];

const [address, builder, verifier] = process.argv.slice(2);
const mesh = createClient<paths>({ baseUrl: address });

const task = await mesh.POST("/api/tasks", {
  body: { title: "A client is generated", owner: "ann", state: "in_progress" },
});
if (!task.data) {
  throw new Error(`${task.error.code}: ${task.error.detail}`);
}

const started = await mesh.POST("/api/threads", {
  params: { header: { "Idempotency-Key": "a-generated-client" } },
  body: {
    pattern: "builder-verifier",
    mcTask: task.data.id,
    initiator: builder,
    responder: verifier,
    brief: { subject: "A client passes", acceptance: [{ id: "AC-1", title: "it passes" }] },
    limits: { ttl: "PT10M", maxTurns: 4 },
  },
});
if (!started.data) {
  throw new Error(`${started.error.code}: ${started.error.detail}`);
}

const id = started.data.threadId;
await send({ messageId: "b-1", from: builder, kind: "submission", body: { done: true } });
const delivered = await mesh.GET("/api/threads/{id}/messages", {
  params: { path: { id }, query: { after: 1, to: verifier, wait: "PT20S" } },
});
if (delivered.data?.messages[0]?.kind !== "submission") {
  throw new Error(`The submission did not arrive: ${JSON.stringify(delivered.error)}`);
}

await send({
  messageId: "v-1",
  from: verifier,
  kind: "verdict",
  verdict: "pass",
  checks: [{ id: "AC-1", status: "pass", detail: "seen" }],
});
const ended = await mesh.GET("/api/threads/{id}", { params: { path: { id } } });
console.log(ended.data?.endState, ended.data?.reason);

async function send(message: Message): Promise<void> {
  const sent = await mesh.POST("/api/threads/{id}/messages", { params: { path: { id } }, body: message });
  if (sent.data?.receipt !== "accepted") {
    throw new Error(JSON.stringify(sent.error));
  }
}

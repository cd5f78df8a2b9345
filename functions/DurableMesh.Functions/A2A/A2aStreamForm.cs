using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json.Nodes;
using DurableMesh.Core.A2A;
using DurableMesh.Core.Events;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Events;
using Microsoft.AspNetCore.Http;

namespace DurableMesh.Functions.A2A;

/// <summary>A task as a stream of A2A: first as it is, then how it goes on.</summary>
/// <param name="http">The request.</param>
/// <param name="updates">Makes of events what A2A tells.</param>
/// <param name="task">The task as it is.</param>
/// <param name="known">How many of the thread's messages it knows.</param>
/// <param name="address">Where the mesh is reached.</param>
/// <param name="rpcId">The id of the call, where it is JSON-RPC.</param>
/// <param name="isRpc">Whether it is.</param>
/// <param name="endsAtRest">Whether the stream is over as soon as the task waits for its client or a person.</param>
internal sealed class A2aStreamForm(
    HttpContext http,
    A2aUpdates updates,
    A2aTask task,
    int known,
    string address,
    JsonNode? rpcId,
    bool isRpc,
    bool endsAtRest) : IEventStreamForm
{
    public string Function => "A2aSubscribe";

    public IResult Refuse(Problem problem) => A2aFailures.Answer(http, problem);

    public bool Begin(PipeWriter writer, EventCursor at)
    {
        Write(writer, new A2aUpdate { Task = task });
        return !IsLast(task.Status.State);
    }

    public async ValueTask<bool> WriteAsync(PipeWriter writer, EventPage page, CancellationToken cancellation)
    {
        foreach (var (_, stored) in page.Events)
        {
            if (stored.Event.Data is MessageHead head && head.Sequence <= known)
            {
                continue;
            }

            foreach (var update in await updates.OfAsync(stored.Event, address, cancellation))
            {
                Write(writer, update);
                if (update.StatusUpdate is { Status.State: var state } && IsLast(state))
                {
                    return false;
                }
            }
        }

        return true;
    }

    public void Say(PipeWriter writer, string comment, EventCursor at)
    {
        writer.Write(": "u8);
        Encoding.ASCII.GetBytes(comment, writer);
        writer.Write("\n\n"u8);
    }

    private bool IsLast(A2aTaskState state) => endsAtRest ? state.IsAtRest() : state.IsOver();

    private void Write(PipeWriter writer, A2aUpdate update)
    {
        writer.Write("data: "u8);
        writer.Write(isRpc ? A2aJson.Write(A2aBody.Rpc(rpcId, "result", A2aJson.ToNode(update))) : A2aJson.Write(update));
        writer.Write("\n\n"u8);
    }
}

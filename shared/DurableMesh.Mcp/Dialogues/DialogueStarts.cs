using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using DurableMesh.Agents;
using DurableMesh.Client;
using DurableMesh.Core.Wire;
using DurableMesh.Mcp.Tools;

namespace DurableMesh.Mcp.Dialogues;

/// <summary>
/// Starts dialogues. The same request joins the dialogue that it started, also after a restart of this process; where that one is
/// over, it starts the next one.
/// </summary>
internal sealed class DialogueStarts(Desk desk)
{
    // A start that was denied just now is the answer to this call; one from before is the answer to an earlier one.
    private static readonly TimeSpan JustNow = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, int> _over = new();
    private readonly ConcurrentDictionary<string, string> _submissions = new();

    public async Task<ThreadView> StartAsync(StartThreadRequest request, CancellationToken cancellation)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(request, MeshJson.Options);
        var text = Encoding.UTF8.GetString(bytes);
        while (true)
        {
            var earlier = _over.GetValueOrDefault(text);
            ThreadView thread;
            try
            {
                thread = await desk.Mesh.StartAsync(bytes, MessageIds.OfStart(desk.Agent, text, earlier), cancellation);
            }
            catch (MeshProblemException denied) when (denied.Problem.ThreadId is { } id)
            {
                _over[text] = earlier + 1;
                if (await IsNewAsync(id, cancellation))
                {
                    throw;
                }

                continue;
            }

            if (thread.State != ThreadPhase.Ended)
            {
                return thread;
            }

            _over[text] = earlier + 1;
        }
    }

    /// <summary>
    /// Hands the work over where the agent has the move. A thread that is not open yet gets it later, as long as this process
    /// lives.
    /// </summary>
    public async Task<ThreadView> HandOverAsync(
        ThreadView thread, string? submission, Mouth mouth, CancellationToken cancellation)
    {
        if (!string.IsNullOrWhiteSpace(submission))
        {
            _submissions[thread.ThreadId] = submission;
        }

        if (thread.Awaiting != desk.Agent || !_submissions.TryRemove(thread.ThreadId, out var work))
        {
            return thread;
        }

        try
        {
            await mouth.SayAsync(thread.ThreadId, AgentReply.Of(MessageKind.Submission, desk.Clean(work)), cancellation);
        }
        catch (Exception notSent) when (notSent is MeshUnreachableException or OperationCanceledException)
        {
            _submissions.TryAdd(thread.ThreadId, work);
            throw;
        }

        return await desk.Mesh.GetThreadAsync(thread.ThreadId, cancellation);
    }

    private async Task<bool> IsNewAsync(string threadId, CancellationToken cancellation)
    {
        var thread = await desk.Mesh.GetThreadAsync(threadId, cancellation);
        return desk.Time.GetUtcNow() - thread.CreatedAt < JustNow;
    }
}

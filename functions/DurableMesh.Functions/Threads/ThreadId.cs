using System.Security.Cryptography;
using System.Text;
using DurableMesh.Core.Identity;
using DurableMesh.Core.Surfaces;
using DurableMesh.Functions.Http;

namespace DurableMesh.Functions.Threads;

/// <summary>A thread's id: a GUID in lower case, which is the orchestration's instance id as well.</summary>
internal static class ThreadId
{
    /// <summary>A new id.</summary>
    public static string New() => Guid.NewGuid().ToString("D");

    /// <summary>
    /// The id that belongs to somebody's <c>Idempotency-Key</c>: the same on every host and for ever (a version-8 UUID), and
    /// another one for whoever else takes that key.
    /// </summary>
    /// <param name="subject">Whose key it is.</param>
    /// <param name="idempotencyKey">The key, which has no control characters.</param>
    public static string Of(Subject subject, string idempotencyKey) => OfText($"{subject}\n{idempotencyKey}");

    /// <summary>The id of a run of a workflow that belongs to somebody's <c>Idempotency-Key</c>.</summary>
    /// <param name="subject">Whose key it is.</param>
    /// <param name="idempotencyKey">The key.</param>
    public static string OfWorkflow(Subject subject, string idempotencyKey) => OfText($"workflow\n{subject}\n{idempotencyKey}");

    /// <summary>The id of what a dispatch starts, thread or run, that belongs to somebody's <c>Idempotency-Key</c>.</summary>
    /// <param name="subject">Whose key it is.</param>
    /// <param name="idempotencyKey">The key.</param>
    public static string OfDispatch(Subject subject, string idempotencyKey) => OfText($"dispatch\n{subject}\n{idempotencyKey}");

    /// <summary>The id of the thread that a message over A2A begins.</summary>
    /// <param name="subject">Whose message it is.</param>
    /// <param name="responder">The agent that it is for.</param>
    /// <param name="messageId">The message's id.</param>
    public static string OfA2a(Subject subject, string responder, string messageId) =>
        OfText($"a2a\n{subject}\n{responder}\n{messageId}");

    /// <summary>The id of the thread of a try of a workflow's step.</summary>
    /// <param name="workflowId">The run.</param>
    /// <param name="step">The step.</param>
    /// <param name="attempt">Which try.</param>
    public static string OfStep(string workflowId, string step, int attempt) => OfText($"{workflowId}\n{step}\n{attempt}");

    /// <summary>The id of the run that a fire of a schedule starts.</summary>
    /// <param name="schedule">The schedule.</param>
    /// <param name="fire">When the fire is due.</param>
    public static string OfFire(SurfaceId schedule, DateTimeOffset fire) =>
        OfText(FormattableString.Invariant($"cron\n{schedule.Name}\n{schedule.Generation}\n{fire.UtcTicks}"));

    /// <summary>The id of the run of a persistent agent's task that belongs to an <c>Idempotency-Key</c>.</summary>
    /// <param name="agent">The agent.</param>
    /// <param name="idempotencyKey">The key.</param>
    public static string OfTask(SurfaceId agent, string idempotencyKey) =>
        OfText(FormattableString.Invariant($"agent-factory\n{agent.Name}\n{agent.Generation}\n{idempotencyKey}"));

    /// <summary>The id of a key in threads from before keys were somebody's.</summary>
    /// <param name="idempotencyKey">The key.</param>
    public static string OfAnybody(string idempotencyKey) => OfText(idempotencyKey);

    private static string OfText(string text)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(text));
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash.AsSpan(0, 16), bigEndian: true).ToString("D");
    }

    /// <summary>Looks at an id before anybody is asked for its thread.</summary>
    /// <exception cref="ProblemException">
    /// 400 for control characters, which are a mistake wherever they stand; 404 for what is no thread's id.
    /// </exception>
    public static void Check(string text)
    {
        if (text.Any(char.IsControl))
        {
            throw new ProblemException(Problems.InvalidRequest(
                "id", "malformed_id", "A thread's id is a GUID in lower case, like 0f8fad5b-d9cb-469f-a165-70867728950e."));
        }

        if (!Guid.TryParseExact(text, "D", out var id) || id.ToString("D") != text)
        {
            throw new ProblemException(Problems.ThreadNotFound(text));
        }
    }
}

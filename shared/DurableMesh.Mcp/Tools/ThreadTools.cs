using System.ComponentModel;
using System.Globalization;
using DurableMesh.Core.Wire;
using ModelContextProtocol.Server;

namespace DurableMesh.Mcp.Tools;

/// <summary>Tools that only look.</summary>
internal sealed class ThreadTools(Desk desk)
{
    private const int MostListed = 100;

    [McpServerTool(Name = "read_thread", ReadOnly = true, Idempotent = true, UseStructuredContent = true)]
    [Description("Read what was said in a thread, oldest first. Long threads come in parts: follow 'more'.")]
    public async Task<TranscriptAnswer> ReadThreadAsync(
        [Description("The thread's id.")] string? thread = null,
        [Description("Only messages after this sequence; 1 is the brief.")] int after = 0,
        [Description("Where to go on in the first message's words, from its 'cut'.")] int offset = 0,
        [Description("How many characters at most, 1000-100000.")] int maxChars = 20_000,
        CancellationToken cancellationToken = default)
    {
        var id = desk.Allowed(thread);
        var view = await desk.Mesh.GetThreadAsync(id, cancellationToken);
        var reading = new Reading(desk, Math.Clamp(maxChars, 1000, 100_000));
        List<MessageWords> read = [];
        string? more = null;
        foreach (var message in await desk.MessagesAsync(id, Math.Max(after, 0), cancellationToken))
        {
            if (!reading.HasRoom)
            {
                more = string.Create(CultureInfo.InvariantCulture, $"read_thread with after={message.Sequence - 1}");
                break;
            }

            var words = reading.Take(message, read.Count == 0 ? Math.Max(offset, 0) : 0);
            read.Add(words);
            if (words.Cut is { } cut)
            {
                more = string.Create(
                    CultureInfo.InvariantCulture, $"read_thread with after={message.Sequence - 1} and offset={cut.NextOffset}");
                break;
            }
        }

        return new TranscriptAnswer { Thread = desk.Sum(view), Messages = read, More = more, Notice = Desk.Notice };
    }

    [McpServerTool(Name = "status", ReadOnly = true, Idempotent = true, OpenWorld = false, UseStructuredContent = true)]
    [Description("Where a thread is: whose move it is, how it ended, what it cost. Without a thread: all open ones of yours.")]
    public async Task<StatusAnswer> StatusAsync(
        [Description("The thread's id; leave out for all that are open.")] string? thread = null,
        CancellationToken cancellationToken = default)
    {
        if (string.IsNullOrWhiteSpace(thread) && desk.Settings.OnlyThread is null)
        {
            var page = await desk.Mesh.ListThreadsAsync(
                [("agent", desk.Agent), ("state", "open"), ("limit", $"{MostListed}")], cancellationToken);
            return new StatusAnswer
            {
                Threads = [.. page.Threads.Select(desk.Sum)],
                More = page.NextCursor is null ? null : $"There are more than {MostListed}; these are the newest.",
                Notice = Desk.Notice,
            };
        }

        var view = await desk.Mesh.GetThreadAsync(desk.Allowed(thread), cancellationToken);
        return new StatusAnswer { Threads = [desk.Sum(view)], Notice = Desk.Notice };
    }

    [McpServerTool(Name = "agents", ReadOnly = true, Idempotent = true, OpenWorld = false, UseStructuredContent = true)]
    [Description("The agents of the mesh: their ids, companies and roles, and whether they can be reached.")]
    public async Task<AgentsAnswer> AgentsAsync(CancellationToken cancellationToken = default)
    {
        var page = await desk.Mesh.ListAgentsAsync(cancellationToken);
        return new AgentsAnswer
        {
            You = desk.Agent,
            Agents = [.. page.Agents.Select(agent => new AgentLine(
                agent.Id, agent.Company, agent.Roles, agent.Enabled, agent.Reachable))],
        };
    }

    [McpServerTool(Name = "stats", ReadOnly = true, Idempotent = true, OpenWorld = false, UseStructuredContent = true)]
    [Description("The whole mesh in numbers.")]
    public async Task<StatsAnswer> StatsAsync(CancellationToken cancellationToken = default) =>
        new() { Mesh = await desk.Mesh.GetStatsAsync(cancellationToken) };
}

/// <summary>Messages of a thread.</summary>
public sealed record TranscriptAnswer : ToolAnswer
{
    /// <summary>The thread.</summary>
    public ThreadSummary? Thread { get; init; }

    /// <summary>The messages, by sequence.</summary>
    public IReadOnlyList<MessageWords>? Messages { get; init; }

    /// <summary>The call that reads on; nothing where this was all.</summary>
    [Description("The call that reads on; absent where this was all.")]
    public string? More { get; init; }

    /// <summary>Whose words these are.</summary>
    public string? Notice { get; init; }
}

/// <summary>Threads in short.</summary>
public sealed record StatusAnswer : ToolAnswer
{
    /// <summary>The threads.</summary>
    public IReadOnlyList<ThreadSummary>? Threads { get; init; }

    /// <summary>Said where there are more.</summary>
    public string? More { get; init; }

    /// <summary>Whose words these are.</summary>
    public string? Notice { get; init; }
}

/// <summary>The agents.</summary>
public sealed record AgentsAnswer : ToolAnswer
{
    /// <summary>The agent that this server speaks for.</summary>
    public string? You { get; init; }

    /// <summary>All agents.</summary>
    public IReadOnlyList<AgentLine>? Agents { get; init; }
}

/// <summary>An agent in short.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Company">Its company.</param>
/// <param name="Roles">Its roles.</param>
/// <param name="Enabled">Whether it may work.</param>
/// <param name="Reachable">Whether somebody reads its inbox.</param>
public sealed record AgentLine(string Id, string Company, IReadOnlyList<string> Roles, bool Enabled, bool Reachable);

/// <summary>The mesh in numbers.</summary>
public sealed record StatsAnswer : ToolAnswer
{
    /// <summary>The numbers.</summary>
    public MeshStats? Mesh { get; init; }
}

using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Client;
using DurableMesh.Core.Tasks;
using DurableMesh.Core.Wire;

namespace DurableMesh.Cli.Smoke;

/// <summary>What is asked, and how.</summary>
/// <param name="Only">The agents to ask, by id or alias; all where it is empty.</param>
/// <param name="Companies">The companies whose agents are asked; all where it is empty.</param>
/// <param name="From">Who asks; null for an agent of the company that looks after the others.</param>
/// <param name="Question">The question.</param>
/// <param name="OnlyAcknowledge">Whether nobody is asked for more than a sign that the question arrives.</param>
/// <param name="Task">The task to ask on; null for one of each company's own.</param>
/// <param name="Patience">How long one answer may take.</param>
/// <param name="Parallel">How many companies are asked at once.</param>
internal sealed record SmokeOptions(
    IReadOnlyList<string> Only,
    IReadOnlyList<string> Companies,
    string? From,
    string Question,
    bool OnlyAcknowledge,
    string? Task,
    TimeSpan Patience,
    int Parallel);

/// <summary>Asks agents, by id and by each alias, in an advisory thread of its own, and acknowledges the answer.</summary>
internal sealed class SmokeRun(MeshClient mesh, SmokeOptions options)
{
    /// <summary>
    /// The company of the sample organisation that may ask everybody, and the one that may ask that company: advice comes from
    /// another company.
    /// </summary>
    private static readonly string[] Asking = ["resolver", "helixsupport"];

    private const string Owner = "mesh smoke";

    private readonly string _run = Guid.NewGuid().ToString("N")[..12];

    /// <summary>Asks.</summary>
    /// <param name="work">Hears how many are asked, and of each answer as it comes.</param>
    /// <param name="cancellation">Stops asking.</param>
    /// <exception cref="CliException">There is nobody to ask, or to ask for it.</exception>
    public async Task<SmokeReport> RunAsync(LongWork work, CancellationToken cancellation)
    {
        var all = (await mesh.ListAgentsAsync(cancellation)).Agents;
        AgentView[] asked = [.. all.Where(IsAsked)];
        if (asked.Length == 0)
        {
            throw new CliException(ExitCode.Usage, "There is no such agent to ask.");
        }

        AgentView[] askers =
        [
            .. all.Where(agent => agent.Enabled && MayAsk(agent))
                .OrderBy(agent => Array.IndexOf(Asking, agent.Company))
                .ThenByDescending(agent => agent.WipLimit ?? int.MaxValue),
        ];
        work.Expect(asked.SelectMany(NamesOf).Count());
        var clock = Stopwatch.StartNew();
        var rows = new List<SmokeRow>();
        await Parallel.ForEachAsync(
            asked.GroupBy(agent => agent.Company),
            new ParallelOptions { MaxDegreeOfParallelism = options.Parallel, CancellationToken = cancellation },
            async (company, stop) =>
            {
                // One after the other: an agent may have only so many threads open, and one that fails blocks its task.
                foreach (var (agent, name) in company.SelectMany(NamesOf))
                {
                    var asker = askers.FirstOrDefault(one => one.Company != agent.Company);
                    var row = asker is null
                        ? SmokeRow.Of(agent, name) with { WhyNot = "nobody may ask it; name one with --from" }
                        : await AskAsync(agent, name, asker.Id, stop);
                    lock (rows)
                    {
                        rows.Add(row);
                        work.Advance();
                    }
                }

                if (options.Task is null)
                {
                    await mesh.PatchTaskAsync(
                        TaskOf(company.Key), Moved(MissionTaskState.Open), version: null, stop);
                }
            });
        return SmokeReport.Of(
            [.. rows.OrderBy(row => row.Company).ThenBy(row => row.Agent).ThenBy(row => row.Name != row.Agent)], clock.Elapsed);
    }

    private bool IsAsked(AgentView agent) =>
        (options.Only.Count == 0 || agent.Aliases.Prepend(agent.Id).Any(options.Only.Contains))
        && (options.Companies.Count == 0 || options.Companies.Contains(agent.Company));

    private bool MayAsk(AgentView agent) =>
        options.From is { } name ? agent.Aliases.Prepend(agent.Id).Contains(name) : Asking.Contains(agent.Company);

    private async Task<SmokeRow> AskAsync(AgentView agent, string name, string asker, CancellationToken cancellation)
    {
        var row = SmokeRow.Of(agent, name);
        var clock = Stopwatch.StartNew();
        try
        {
            var task = await TaskAsync(agent.Company, cancellation);
            var thread = await StartAsync(name, asker, task, cancellation);
            row = row with { ThreadId = thread.ThreadId };
            var question = await SendAsync(thread.ThreadId, asker, "question", QuestionFor(agent), cancellation);
            var (answer, ended) = await AnswerAsync(thread.ThreadId, agent.Id, question.Sequence ?? 2, cancellation);
            row = row with { Seconds = Math.Round(clock.Elapsed.TotalSeconds, 3), CostUsd = answer?.Usage?.CostUsd ?? 0 };
            if (answer is null or { Kind: MessageKind.Failure })
            {
                await mesh.CancelAsync(thread.ThreadId, new CancelRequest(Owner, "There was no answer."), cancellation);
                return row with { WhyNot = ended ?? answer?.Body?.ToDisplayText() ?? NoAnswer(agent) };
            }

            await SendAsync(thread.ThreadId, asker, "acknowledgement", "Thank you.", cancellation);
            var adapter = (agent.Adapter ?? AgentAdapter.Pull).ToString();
            return row with
            {
                Answered = true,
                Plumbing = answer.Plumbing,
                By = answer.Plumbing ? $"the mesh (plumbing), for {adapter}"
                    : answer.Usage?.Model is { } model ? $"{adapter}, {model}"
                    : adapter,
            };
        }
        catch (MeshProblemException refused)
        {
            return row with { Seconds = Math.Round(clock.Elapsed.TotalSeconds, 3), WhyNot = refused.Message };
        }
    }

    // Whoever comes for his messages himself may not come at all; that the message reaches his inbox is what can be seen.
    private JsonNode QuestionFor(AgentView agent) => options.OnlyAcknowledge || agent.Adapter is not { IsServerSide: true }
        ? new JsonObject { ["acknowledge"] = true, ["question"] = options.Question }
        : JsonValue.Create(options.Question);

    private string NoAnswer(AgentView agent) =>
        $"no answer within {options.Patience.TotalSeconds:0} s by {agent.Adapter ?? AgentAdapter.Pull}";

    private Task<ThreadView> StartAsync(string name, string asker, string task, CancellationToken cancellation)
    {
        var request = new StartThreadRequest
        {
            Pattern = Pattern.Advisory,
            McTask = task,
            Priority = Priority.L,
            Initiator = asker,
            Responder = name,
            Brief = new Brief
            {
                Subject = "Smoke test",
                Body = JsonText.OfString("Somebody wants to know whether you can be reached. A short answer will do."),
            },
            Limits = new LimitsRequest { Ttl = options.Patience + TimeSpan.FromMinutes(1), MaxTurns = 4 },
        };
        return mesh.StartAsync(
            JsonSerializer.SerializeToUtf8Bytes(request, MeshJson.Options), $"smoke:{_run}:{name}", cancellation);
    }

    private async Task<Receipt> SendAsync(
        string threadId, string from, string kind, JsonNode body, CancellationToken cancellation)
    {
        var message = new JsonObject { ["messageId"] = $"smoke-{kind}", ["from"] = from, ["kind"] = kind, ["body"] = body };
        return await mesh.SendAsync(threadId, JsonSerializer.SerializeToUtf8Bytes(message, MeshJson.Options), cancellation);
    }

    private async Task<(MessageView? Answer, string? Ended)> AnswerAsync(
        string threadId, string agent, int after, CancellationToken cancellation)
    {
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < options.Patience;)
        {
            var left = options.Patience - clock.Elapsed;
            var wait = left < TimeSpan.FromSeconds(5) ? left : TimeSpan.FromSeconds(5);
            var page = await mesh.GetMessagesAsync(threadId, after, to: null, wait, cancellation);
            if (page.Messages.FirstOrDefault(message => message.From == agent && message.Kind.IsTurn()) is { } answer)
            {
                return (answer, null);
            }

            var thread = await mesh.GetThreadAsync(threadId, cancellation);
            if (thread.State == ThreadPhase.Ended)
            {
                return (null, $"{thread.Reason}: {thread.Detail}");
            }
        }

        return (null, null);
    }

    private static IEnumerable<(AgentView Agent, string Name)> NamesOf(AgentView agent) =>
        agent.Aliases.Prepend(agent.Id).Select(name => (agent, name));

    private static string TaskOf(string company) => $"smoke-{company}";

    private static PatchTaskRequest Moved(MissionTaskState to) => new() { By = Owner, State = to, Why = "A smoke test." };

    /// <summary>The task to ask on: the company's own, which is there from one run to the next.</summary>
    private async Task<string> TaskAsync(string company, CancellationToken cancellation)
    {
        if (options.Task is { } given)
        {
            return given;
        }

        var id = TaskOf(company);
        try
        {
            if ((await mesh.GetTaskAsync(id, cancellation)).State != MissionTaskState.InProgress)
            {
                await mesh.PatchTaskAsync(id, Moved(MissionTaskState.InProgress), version: null, cancellation);
            }
        }
        catch (MeshProblemException missing) when (missing.Problem.Code == "task_not_found")
        {
            await mesh.CreateTaskAsync(
                new CreateTaskRequest
                {
                    Id = id,
                    Title = $"Can the agents of {company} be reached?",
                    Owner = Owner,
                    State = MissionTaskState.InProgress,
                    Company = company,
                },
                cancellation);
        }

        return id;
    }
}

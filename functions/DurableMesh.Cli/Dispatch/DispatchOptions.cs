using System.CommandLine;
using System.Text.Json.Nodes;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Cli.Transcript;
using DurableMesh.Core.Wire;
using static DurableMesh.Cli.CommandLine.RequestParts;

namespace DurableMesh.Cli.Dispatch;

/// <summary>The options of <c>mesh dispatch</c> that say what is to be done, and the request that they make.</summary>
internal sealed class DispatchOptions
{
    private readonly Option<string?> _task = new("--task") { Description = "The MC task's id.", HelpName = "ID" };
    private readonly Option<Priority?> _priority = new("--priority") { Description = "H, M or L. [default: M]" };
    private readonly Option<string?> _company = new("--company")
    {
        Description = "The company whose work it is; found by the task and the words of the brief where nobody is named.",
        HelpName = "ID",
    };

    private readonly Option<string?> _initiator = new("--initiator") { Description = "The agent that builds.", HelpName = "ID" };
    private readonly Option<string?> _responder = new("--responder")
    {
        Description = "The agent that verifies.",
        HelpName = "ID",
    };

    private readonly Option<string?> _pattern = new("--pattern")
    {
        Description = "builder-verifier, cross-device or distillation. [default: builder-verifier]",
    };

    private readonly Option<string?> _surface = new("--surface")
    {
        Description = "mesh, one-shot-task, chain or dag. [default: the authority table says it]",
    };

    private readonly Option<string?> _subject = new("--subject") { Description = "What it is about, in a line." };
    private readonly Option<string?> _body = new("--body") { Description = "What is to be done." };
    private readonly Option<string[]> _accept = new("--accept")
    {
        Description = "An acceptance criterion, for instance --accept \"AC-1=quoted newline kept\". May be repeated.",
        HelpName = "ID=TITLE",
    };

    private readonly Option<TimeSpan?> _ttl = Durations.Optional("--ttl", "How long it may take, for instance 30m.");
    private readonly Option<decimal?> _costCap = new("--cost-cap") { Description = "What it may cost, in US dollars." };
    private readonly Option<int?> _maxTurns = new("--max-turns") { Description = "How many turns a mesh thread may take." };
    private readonly Option<int?> _tries = new("--tries")
    {
        Description = "How often a sequential surface tries it. [default: 3]",
        HelpName = "N",
    };

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in (Option[])
            [
                _task, _priority, _company, _initiator, _responder, _pattern, _surface, _subject, _body, _accept, _ttl, _costCap,
                _maxTurns, _tries,
            ])
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Has the options override what a request says.</summary>
    public void Amend(JsonObject request, ParseResult parsed)
    {
        Set(request, "mcTask", parsed.GetValue(_task));
        Set(request, "priority", parsed.GetValue(_priority) is { } priority ? ThreadWords.Of(priority) : null);
        Set(request, "company", parsed.GetValue(_company));
        Set(request, "initiator", parsed.GetValue(_initiator));
        Set(request, "responder", parsed.GetValue(_responder));
        Set(request, "pattern", parsed.GetValue(_pattern));
        Set(request, "surface", parsed.GetValue(_surface));
        var criteria = parsed.GetValue(_accept) ?? [];
        if (parsed.GetValue(_subject) is not null || parsed.GetValue(_body) is not null || criteria.Length > 0)
        {
            var brief = Part(request, "brief");
            Set(brief, "subject", parsed.GetValue(_subject));
            Set(brief, "body", parsed.GetValue(_body));
            if (criteria.Length > 0)
            {
                brief["acceptance"] = new JsonArray([.. criteria.Select(Criterion)]);
            }
        }

        var ttl = parsed.GetValue(_ttl) is { } time ? Iso8601Duration.Format(time) : null;
        var (cap, turns, tries) = (parsed.GetValue(_costCap), parsed.GetValue(_maxTurns), parsed.GetValue(_tries));
        if (ttl is not null || cap is not null || turns is not null || tries is not null)
        {
            var limits = Part(request, "limits");
            Set(limits, "ttl", ttl);
            Set(limits, "costCapUsd", cap);
            Set(limits, "maxTurns", turns);
            Set(limits, "tries", tries);
        }
    }

    /// <summary>Names the MC task of a chain or a DAG in place of its file's; all else is the file's.</summary>
    public void AmendTask(JsonObject definition, ParseResult parsed) => Set(definition, "mcTask", parsed.GetValue(_task));
}

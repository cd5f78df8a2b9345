using System.CommandLine;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using DurableMesh.Cli;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Client;
using DurableMesh.Core.Wire;
using DurableMesh.Tests.Core.Experiments;

namespace DurableMesh.Tests.Cli.CommandLine;

/// <summary>
/// Nothing that anybody wrote reaches a terminal with what steers it, and nothing is printed past the one gate.
/// </summary>
public sealed partial class PrintingGateTests : IAsyncLifetime
{
    // What each command is called with; THREAD stands for a thread's id, EVIDENCE for an experiment's evidence.
    // What each command is called with; THREAD stands for a thread's id, USAGE for a file of usage.
    private static readonly string[] Called =
    [
        "start --task 7 --initiator a --responder b --subject s --accept AC-1=t",
        "send THREAD words --as codecraft-builder --kind note",
        "respond THREAD words --verdict fail --check AC-1=fail",
        "await THREAD --wait 0",
        "status THREAD",
        "list",
        "search words",
        "stats",
        "stats --pairs",
        "costs",
        "costs import USAGE",
        "costs forget sha256:0",
        "watch THREAD",
        "cancel THREAD --why over",
        "decide THREAD approve --why fine",
        "policy show",
        "evidence THREAD",
        "artifact put THREAD FILE --as codecraft-builder",
        "tasks list",
        "tasks show T-1",
        "tasks create T-2 title --owner ann",
        "tasks move T-1 in_progress",
        "tasks give T-1 bob --why leave",
        "authority show",
        "authority explain codecraft-builder proveo-verifier",
        "keys issue --operator ann",
        "keys list",
        "keys rotate 0",
        "keys revoke 0",
        "agents list",
        "agents show codecraft-builder",
        "agents add new-agent --company codecraft --role builder",
        "agents companies",
        "agents enable codecraft-builder",
        "agents disable codecraft-builder",
        "agents remove nobody",
        "agent status --as codecraft-builder",
        "agent retry --as codecraft-builder 0",
        "doctor",
        "backup nothing.tar.gz",
        "events",
        "webhooks add https://example.org/hook",
        "webhooks list",
        "webhooks show hook",
        "webhooks pause hook",
        "webhooks resume hook",
        "webhooks remove hook",
        "webhooks dead hook",
        "webhooks resend hook letter",
        "dispatch --task 7 --subject s --accept AC-1=t",
        "dispatch --task 7 --subject s --accept AC-1=t --explain",
        "workflow status THREAD",
        "workflow list",
        "workflow cancel THREAD --why over",
        "workflow decide THREAD build again --why fine",
        "workflow finalize THREAD",
        "experiment publish EVIDENCE",
        "experiment propose EVIDENCE",
        "experiment apply EVIDENCE",
        "experiment demote --pair codecraft-builder proveo-verifier --why over",
        "experiment watch EVIDENCE --once",
        "surface agent start a --builder b --verifier v --cost-cap 1",
        "surface agent task a USAGE",
        "surface agent show a",
        "surface agent end a",
        "surface cron add USAGE",
        "surface cron list",
        "surface cron show a",
        "surface cron pause a",
        "surface cron resume a",
        "surface cron remove a",
    ];

    // These print nothing that came over the mesh, or run until they are stopped; 'artifact get' gives bytes, to no terminal.
    private static readonly string[] Quiet =
    [
        "up", "dashboard", "demo", "mcp", "completion", "version", "help", "policy check", "policy prices", "authority set", "agents load",
        "evidence verify", "agent run", "agent doctor", "artifact get", "reply verdict", "reply submission", "reply question",
        "reply answer", "reply acknowledgement", "reply finding", "reply note", "reply usage", "demo-agent check",
        "demo-agent builder", "demo-agent verifier", "demo-agent step", "workflow check", "workflow run", "workflow evidence",
        "smoke", "distill run", "distill comparator", "experiment run", "experiment status", "experiment report",
        "restore",
    ];

    private const string Usage =
        """{"agent":"a","pattern":"advisory","week":"2026-W40","inputTokens":1,"outputTokens":1}""";

    private readonly string _home = Directory.CreateTempSubdirectory("mesh-gate-").FullName;
    private FakeMesh _mesh = null!;

    public static TheoryData<string, bool, bool> Calls { get; } = new(
        Called.SelectMany(call => new[] { (call, false, false), (call, true, false), (call, false, true) }));

    public async ValueTask InitializeAsync() => _mesh = await FakeMesh.StartAsync();

    public async ValueTask DisposeAsync()
    {
        Directory.Delete(_home, recursive: true);
        await _mesh.DisposeAsync();
    }

    [Fact]
    public void Every_command_is_looked_at()
    {
        var root = MeshCommandLine.Create(new Terminal(TextWriter.Null, TextWriter.Null, false, false));

        Assert.Equal(
            Runnable(root).Order(StringComparer.Ordinal),
            Called
                .Select(call => Runnable(root)
                    .Where(name => $"{call} ".StartsWith($"{name} ", StringComparison.Ordinal)).MaxBy(name => name.Length)!)
                .Concat(Quiet).Distinct().Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task Whatever_the_mesh_says_steers_no_terminal(string call, bool asJson, bool isTerminal)
    {
        var thread = _mesh.Open();
        if (call.StartsWith("respond", StringComparison.Ordinal))
        {
            _mesh.Send(thread.ThreadId, new() { MessageId = "b-1", From = Sample.Builder, Kind = MessageKind.Submission });
        }
        else
        {
            _mesh.Play(thread.ThreadId);
        }

        var file = Path.Combine(_home, "file.txt");
        await File.WriteAllTextAsync(file, "words", TestContext.Current.CancellationToken);
        var evidence = Path.Combine(_home, "evidence.json");
        await File.WriteAllBytesAsync(evidence, SampleExperiment.RollOut().ToUtf8(), TestContext.Current.CancellationToken);
        var usage = Path.Combine(_home, "usage.jsonl");
        await File.WriteAllTextAsync(usage, Usage, TestContext.Current.CancellationToken);
        await MeshRun.OfAsync(_mesh, "tasks", "create", "T-1", "title", "--owner", "ann");
        _mesh.IsHostile = true;

        string[] args =
        [
            .. call.Split(' ').Select(word => word switch
            {
                "THREAD" => thread.ThreadId,
                "FILE" => file,
                "EVIDENCE" => evidence,
                "USAGE" => usage,
                _ => word,
            }),
        ];
        var run = await MeshRun.OfAsync(
            "",
            [.. args, "--url", _mesh.Url, .. asJson ? (string[])["--json"] : []],
            name => name switch
            {
                MeshVariables.Home => _home,
                "NO_COLOR" => "1",
                _ => Environment.GetEnvironmentVariable(name),
            },
            isTerminal);

        Assert.NotEqual(ExitCode.Usage, run.ExitCode);
        foreach (var printed in (string[])[Uncoloured().Replace(run.Out, ""), run.Error])
        {
            var at = HiddenCharacters.IndexIn(printed.ReplaceLineEndings("\n"), severalLines: true);
            Assert.True(at < 0, at < 0 ? "" : $"{HiddenCharacters.NameAt(printed, at)} in: {printed}");
        }

        if (asJson && run.Out.Length > 0)
        {
            Assert.All(run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.NotNull(JsonNode.Parse(line)));
        }

    }

    [Fact]
    public void Only_the_terminal_writes_to_the_console()
    {
        var sources = Path.Combine(Installation.FindOrNull()!.Root, "functions", "DurableMesh.Cli");
        var writers = Directory.EnumerateFiles(sources, "*.cs", SearchOption.AllDirectories)
            .Where(file =>
                !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .Where(file => TheConsole().IsMatch(File.ReadAllText(file)))
            .Select(file => Path.GetFileName(file))
            .Order(StringComparer.Ordinal);

        Assert.Equal(["CommandLineProgram.cs", "Terminal.cs"], writers);
    }

    private static IEnumerable<string> Runnable(Command command) => command.Subcommands.SelectMany(one =>
        Runnable(one).Select(below => $"{one.Name} {below}").Concat(one.Action is null ? [] : [one.Name]));

    // Spectre's own colours and styles.
    [GeneratedRegex("\u001b\\[[0-9;]*m")]
    private static partial Regex Uncoloured();

    [GeneratedRegex(@"(?<!Spectre\.)\b(Console\.(Write|Out|Error|Open)|AnsiConsole\.\w|Process\.GetCurrentProcess)")]
    private static partial Regex TheConsole();
}

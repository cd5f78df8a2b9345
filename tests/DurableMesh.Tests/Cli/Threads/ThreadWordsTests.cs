using DurableMesh.Cli;
using DurableMesh.Cli.Evidence;
using DurableMesh.Cli.Policy;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Cli.Threads;

/// <summary>What a person and a script learn of a thread: which one it is, where it is, and what became of a wish.</summary>
public sealed class ThreadWordsTests : IAsyncLifetime
{
    private FakeMesh _mesh = null!;

    public async ValueTask InitializeAsync() => _mesh = await FakeMesh.StartAsync();

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();

    [Fact]
    public async Task The_beginning_of_an_id_will_do_where_only_one_thread_has_it()
    {
        Open("1a000000-0000-4000-8000-000000000001", "first");
        Open("1b000000-0000-4000-8000-000000000002", "second");

        var one = await RunAsync("status", "1a", "--json");
        var several = await RunAsync("status", "1");
        var none = await RunAsync("status", "2");

        Assert.Equal("first", one.Json<ThreadView>().Subject);
        Assert.Equal((ExitCode.Usage, ExitCode.Refused), (several.ExitCode, none.ExitCode));
        Assert.Contains("The ids of several threads begin with 1", several.Error, StringComparison.Ordinal);
        Assert.Contains("1a000000-0000-4000-8000-000000000001  open  first", several.Error, StringComparison.Ordinal);
        Assert.Contains("1b000000-0000-4000-8000-000000000002  open  second", several.Error, StringComparison.Ordinal);
        Assert.Contains("There is no thread 2, and none whose id begins so.", none.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("send", "words", "--as", Sample.Builder, "--kind", "note")]
    [InlineData("respond", "the work")]
    [InlineData("await", "--wait", "0")]
    [InlineData("cancel")]
    [InlineData("evidence")]
    public async Task Every_command_takes_it(string command, params string[] more)
    {
        Open("1a000000-0000-4000-8000-000000000001", "first");
        Open("2b000000-0000-4000-8000-000000000002", "second");

        var run = await RunAsync([command, "1a00", .. more]);

        Assert.Equal((ExitCode.Done, ""), (run.ExitCode, run.ExitCode == ExitCode.Done ? "" : run.Error));
    }

    [Theory]
    [InlineData("respond")]
    [InlineData("respond", "")]
    [InlineData("respond", "  \n")]
    [InlineData("respond", "-")]
    [InlineData("send", "--as", Sample.Builder, "--kind", "submission")]
    [InlineData("send", " ", "--as", Sample.Builder, "--kind", "note")]
    public async Task A_message_that_says_nothing_is_not_sent(string command, params string[] more)
    {
        var thread = _mesh.Open();

        var run = await RunAsync([command, thread.ThreadId, .. more]);

        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Contains("It says nothing: give a text", run.Error, StringComparison.Ordinal);
        Assert.Single(_mesh.Messages);
    }

    [Fact]
    public async Task A_cancel_says_how_the_thread_ended()
    {
        var (open, passed) = (_mesh.Open(), _mesh.Open());
        _mesh.Play(passed.ThreadId);

        var first = await RunAsync("cancel", open.ThreadId, "--why", "not needed");
        var again = await RunAsync("cancel", open.ThreadId);
        var late = await RunAsync("cancel", passed.ThreadId);

        Assert.Equal((ExitCode.Done, ExitCode.Refused, ExitCode.Refused), (first.ExitCode, again.ExitCode, late.ExitCode));
        Assert.Contains("has ended as BLOCKED (cancelled): not needed", first.Out, StringComparison.Ordinal);
        Assert.Contains("had ended already, as BLOCKED (cancelled): not needed", again.Error, StringComparison.Ordinal);
        Assert.Contains("had ended already, as PASS (verified)", late.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_the_id_is_printed_where_a_script_wants_it()
    {
        var started = await RunAsync(
            "start", "--task", "7", "--initiator", Sample.Builder, "--responder", Sample.Verifier, "--subject", "s", "--accept",
            "AC-1=t", "--id-only");
        var id = started.Out.Trim();
        var sent = await RunAsync("send", id, "words", "--as", Sample.Builder, "--kind", "submission", "--id", "b-1", "-q");
        var task = await RunAsync("tasks", "create", "T-9", "title", "--owner", "ann", "-q");
        var key = await RunAsync("keys", "issue", "--operator", "ann", "-q");

        Assert.NotNull(_mesh.Find(id));
        Assert.Equal(("b-1\n", "T-9\n"), (sent.Out.ReplaceLineEndings("\n"), task.Out.ReplaceLineEndings("\n")));
        Assert.StartsWith("dmk_", key.Out, StringComparison.Ordinal);
        Assert.All([started, sent, task, key], run => Assert.Equal("", run.Error));
    }

    [Fact]
    public async Task The_list_says_where_nobody_works_and_where_a_person_is_waited_for()
    {
        var (idle, busy) = (_mesh.Open(), _mesh.Open());
        _mesh.Leases.Decide(busy.ThreadId, new LeaseRequest(Sample.Builder, "one", 1, TimeSpan.FromMinutes(1)));
        _mesh.Hold = "urgent";
        var held = _mesh.Open();

        var lines = (await RunAsync("list")).Out.Split('\n');

        string Of(ThreadView thread) => lines.Single(line => line.Contains(thread.ThreadId, StringComparison.Ordinal));
        Assert.Contains($"open, nobody at work  {Sample.Builder} (away)", Of(idle), StringComparison.Ordinal);
        Assert.Contains($"open, at work         {Sample.Builder}", Of(busy), StringComparison.Ordinal);
        Assert.Contains("held for a person", Of(held), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_check_of_a_policy_and_a_saved_evidence_are_JSON_where_that_is_asked_for()
    {
        using var good = new TemporaryFile("{}", ".json");
        using var bad = new TemporaryFile("""{"limts":{}}""", ".json");
        using var saved = new TemporaryFile("");
        var thread = _mesh.Open();

        var checks = (
            Good: await MeshRun.OfAsync("", ["policy", "check", good.Path, "--json"]),
            Bad: await MeshRun.OfAsync("", ["policy", "check", bad.Path, "--json"]));
        var evidence = await RunAsync("evidence", thread.ThreadId, "--out", saved.Path, "--json");

        Assert.Equal((ExitCode.Done, true), (checks.Good.ExitCode, checks.Good.Json<PolicyCheck>().Valid));
        Assert.NotNull(checks.Good.Json<PolicyCheck>().Sha256);
        Assert.Equal((ExitCode.Usage, false), (checks.Bad.ExitCode, checks.Bad.Json<PolicyCheck>().Valid));
        Assert.Equal(
            ("limts", "unknown_field"), checks.Bad.Json<PolicyCheck>().Errors.Select(error => (error.Path, error.Code)).Single());
        var told = evidence.Json<SavedEvidence>();
        Assert.Equal((thread.ThreadId, saved.Path, new FileInfo(saved.Path).Length), (told.ThreadId, told.File, told.Size));
        Assert.Equal("", evidence.Error);
    }

    [Fact]
    public async Task An_agent_is_added_once_and_replaced_only_on_purpose()
    {
        string[] add = ["agents", "add", "new-agent", "--company", "codecraft", "--role", "builder", "--role",
            "advisor", "--zone", "internal"];
        await MeshRun.OfAsync(
            """{"companies":[{"id":"codecraft","name":"CodeCraft"}],"agents":[],"authority":[],"tasks":[]}""",
            ["agents", "load", "-", "--url", _mesh.Url]);

        var added = await RunAsync([.. add, "--wip-limit", "3", "--daily-budget", "1.5", "--json"]);
        var again = await RunAsync([.. add, "-q"]);
        var replaced = await RunAsync([.. add, "--disabled", "--replace", "-q"]);

        var agent = added.Json<AgentView>();
        Assert.Equal(("new-agent", "codecraft", "internal"), (agent.Id, agent.Company, agent.TrustZone));
        Assert.Equal((3, 1.5m, true), (agent.WipLimit, agent.DailyBudgetUsd, agent.Enabled));
        Assert.Equal(["builder", "advisor"], agent.Roles);
        Assert.Equal(ExitCode.Refused, again.ExitCode);
        Assert.Equal((ExitCode.Done, "new-agent"), (replaced.ExitCode, replaced.Out.Trim()));
        Assert.False(_mesh.Registry.Find("new-agent")!.Enabled);
    }

    private void Open(string id, string subject) => _mesh.Open(id, new StartThreadRequest
    {
        Pattern = Pattern.BuilderVerifier,
        McTask = "1",
        Initiator = Sample.Builder,
        Responder = Sample.Verifier,
        Brief = new Brief { Subject = subject, Acceptance = [new AcceptanceCriterion("AC-1", "t")] },
    });

    private Task<MeshRun> RunAsync(params string[] args) => MeshRun.OfAsync(_mesh, args);
}

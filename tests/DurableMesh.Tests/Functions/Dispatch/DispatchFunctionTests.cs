using System.Text;
using DurableMesh.Core.Agents;
using DurableMesh.Core.Authority;
using DurableMesh.Core.Dispatch;
using DurableMesh.Core.Identity;
using DurableMesh.Core.Workflows;
using DurableMesh.Functions.Authority;
using DurableMesh.Functions.Dispatch;
using DurableMesh.Functions.Gate;
using DurableMesh.Functions.Store;
using DurableMesh.Functions.Workflows;
using Microsoft.Extensions.Logging.Abstractions;
using Moq;

namespace DurableMesh.Tests.Functions.Dispatch;

/// <summary><c>POST /dispatch</c> over the fixture: what is started, what is only said, and by whose word.</summary>
public sealed class DispatchFunctionTests : IAsyncLifetime
{
    private readonly MeshFixture _mesh = new();
    private readonly Mock<ITaskClassifier> _classifier = new();
    private FoldedLog<WorkflowBoard, WorkflowChange> _log = null!;
    private AuthorityTables _tables = AuthorityTables.Empty;

    public ValueTask InitializeAsync()
    {
        _log = new(_mesh.Blobs, "workflows", TimeSpan.FromSeconds(30), TimeProvider.System, NullLogger.Instance);
        _log.Start();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _log.DisposeAsync();
        await _mesh.DisposeAsync();
    }

    [Fact]
    public async Task A_pair_without_a_row_is_a_chain_whose_one_step_is_sequential()
    {
        var answer = await DispatchAsync(Request());

        Assert.Equal((201, "chain"), (answer.Status, answer.Text("surface")));
        var run = (await RunsAsync()).Single();
        Assert.Equal(run.Start.WorkflowId, answer.Text("workflowId"));
        Assert.Equal($"/api/workflows/{run.Start.WorkflowId}", answer.Headers.Location.ToString());
        Assert.Equal(
            ("codecraft-builder", "proveo-verifier", 3),
            (run.Steps[0].Plan.Initiator, run.Steps[0].Plan.Responder, run.Steps[0].Plan.Tries!.Value));
        Assert.Equal(Surface.Chain, run.Start.Surface);
    }

    [Fact]
    public async Task A_pair_with_a_row_is_a_thread_by_the_gate_of_every_thread()
    {
        Allow();
        var answer = await DispatchAsync(Request());

        Assert.Equal((201, "mesh"), (answer.Status, answer.Text("surface")));
        var thread = await _mesh.GetAsync(answer.Text("threadId"));
        Assert.Equal(("builder-verifier", "proveo-verifier"), (thread.Text("pattern"), thread.Text("responder")));
        Assert.Empty(await RunsAsync());

        _mesh.Gate = new DurableMesh.Core.Gate.GateReport(DurableMesh.Core.Gate.GateOutcome.Denied, []);
        var refused = await DispatchAsync(Request());
        Assert.Equal((403, "gate_denied"), (refused.Status, refused.Code));
    }

    [Fact]
    public async Task A_dry_run_says_the_same_and_starts_nothing()
    {
        var answer = await DispatchAsync(Request(), query: "?dryRun=true");

        Assert.Equal((200, "chain"), (answer.Status, answer.Text("surface")));
        Assert.Equal("", answer.Text("workflowId"));
        Assert.Empty(await RunsAsync());
        Assert.Equal(400, (await DispatchAsync(Request(), query: "?dryRun=perhaps")).Status);
    }

    [Fact]
    public async Task The_same_key_is_the_same_run_whatever_the_table_says_by_then()
    {
        var first = await DispatchAsync(Request(), key: "k");
        Allow();
        var again = await DispatchAsync(Request(), key: "k");
        Assert.Equal((200, first.Text("workflowId")), (again.Status, again.Text("workflowId")));

        var other = await DispatchAsync(Request().Replace("Do it.", "Do another.", StringComparison.Ordinal), key: "k");
        Assert.Equal((409, "idempotency_conflict"), (other.Status, other.Code));
        Assert.Single(await RunsAsync());
    }

    [Fact]
    public async Task The_same_key_is_the_same_thread_whatever_the_table_says_by_then()
    {
        Allow();
        var first = await DispatchAsync(Request(), key: "k");
        _tables = AuthorityTables.Empty;
        var again = await DispatchAsync(Request(), key: "k");
        Assert.Equal((200, first.Text("threadId")), (again.Status, again.Text("threadId")));
        Assert.Empty(await RunsAsync());
    }

    [Fact]
    public async Task The_classifier_is_asked_only_where_nobody_is_named()
    {
        await DispatchAsync(Request());
        await DispatchAsync(Request("\"company\":\"vizu\""));
        _classifier.VerifyNoOtherCalls();

        _classifier
            .Setup(one => one.ClassifyAsync(
                "101959", "A claim", "Do it.", It.IsAny<AgentRegistry>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync(new Classification("vizu", "A model said so.", []));
        var answer = await DispatchAsync(Request("\"priority\":\"L\""));
        Assert.Equal("vizu-builder", answer.Body.GetProperty("routed").GetProperty("builder").GetString());
        Assert.Contains("A model said so.", answer.Body.GetProperty("routed").GetProperty("why").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_agent_dispatches_what_it_builds_itself_and_a_reader_only_asks()
    {
        _mesh.Caller = new Caller(Subject.Agent("vizu-builder"), [Scope.Send, Scope.Read]);
        var refused = await DispatchAsync(Request());
        Assert.Equal((403, "forged_sender"), (refused.Status, refused.Code));
        Assert.Equal(201, (await DispatchAsync(Request("\"initiator\":\"vizu-builder\""))).Status);

        _mesh.Caller = new Caller(Subject.Operator("auditor"), [Scope.Read]);
        Assert.Equal("missing_scope", (await DispatchAsync(Request())).Code);
        Assert.Equal(200, (await DispatchAsync(Request(), query: "?dryRun=true")).Status);
    }

    [Fact]
    public async Task A_run_is_started_again_under_its_id_only_as_it_was()
    {
        var started = await DispatchAsync(Request());
        var run = (await RunsAsync()).Single();
        var definition = WorkflowReader.Read(Encoding.UTF8.GetBytes("""
            {"name":"another","surface":"chain","mcTask":"7","steps":[
              {"id":"a","company":"vizu","prompt":"p","acceptance":[{"id":"AC-1","title":"t"}]}]}
            """), await Drafts.AroundAsync(default)).Value!;
        var refused = await Assert.ThrowsAsync<DurableMesh.Functions.Http.ProblemException>(() => Starts.StartAsync(
            _mesh.Client.Object, started.Text("workflowId"), definition, Subject.Operator("ann"), default));
        Assert.Equal("idempotency_conflict", refused.Problem.Code);

        var (id, by) = (Guid.NewGuid().ToString(), Subject.Operator("ann"));
        var first = await Starts.StartAsync(_mesh.Client.Object, id, definition, by, default);
        var again = await Starts.StartAsync(_mesh.Client.Object, id, definition, by, default);
        Assert.Equal(first.Head, again.Head);
        var gone = definition with { Steps = [definition.Steps[0] with { Company = "gone" }] };
        await Assert.ThrowsAsync<DurableMesh.Functions.Http.ProblemException>(() => Starts.StartAsync(
            _mesh.Client.Object, Guid.NewGuid().ToString(), gone, by, default));
        Assert.Equal(2, (await RunsAsync()).Count);
        Assert.NotEqual(run.Start.WorkflowId, id);
    }

    private static string Request(string member = "\"initiator\":\"builder\"") => $$$"""
        {"mcTask":"101959","brief":{"subject":"A claim","body":"Do it.","acceptance":[{"id":"AC-1","title":"it holds"}]},{{{member}}}}
        """;

    private void Allow() => _tables = AuthorityTables.Empty.Apply(
        new AuthorityChange(
            AuthorityReader.ReadPut("""
                {"rows":[{"id":"row","pattern":"builder-verifier","initiator":{"role":"builder"},"responder":{"role":"verifier"},
                  "status":"active","since":"2026-11-01T00:00:00Z","why":"tried"}]}
                """u8.ToArray()).Value!.Rows,
            ExpectedVersion: null),
        DateTimeOffset.UtcNow,
        "ann").State;

    private WorkflowDrafts Drafts
    {
        get
        {
            var authority = new Mock<IAuthorityDirectory>();
            authority.Setup(one => one.ReadAsync(It.IsAny<CancellationToken>())).ReturnsAsync(() => _tables);
            return new WorkflowDrafts(
                _mesh.Agents, authority.Object, _mesh.Policies(), new Pseudonyms(_mesh.Blobs), TimeProvider.System);
        }
    }

    private WorkflowDirectory Directory => new(_log);

    private WorkflowStarts Starts => new(Directory, Drafts, _mesh.Hub);

    private Task<Answer> DispatchAsync(string body, string? key = null, string query = "") => _mesh.CallAsync(
        "POST",
        $"/api/dispatch{query}",
        Encoding.UTF8.GetBytes(body),
        key,
        request => new DispatchFunctions(
            _classifier.Object, Drafts, Starts, Directory, _mesh.Drafts, _mesh.ThreadStarts, _mesh.Log)
            .RunAsync(request, _mesh.Client.Object, default));

    private async Task<IReadOnlyList<WorkflowRun>> RunsAsync() =>
        [.. (await _log.ReadAsync(default)).List().Select(one => one.Run)];
}

using System.Globalization;
using System.Text.Json.Nodes;
using DurableMesh.Core.Evidence;
using DurableMesh.Tests.EndToEnd.Devices;

namespace DurableMesh.Tests.EndToEnd;

/// <summary>
/// ANVIL's builder beside the mesh, and FORGE's verifier in a network of its own, with its key, over TLS and a link that is cut.
/// </summary>
public sealed class CrossDeviceTests : IClassFixture<GuardedMesh>, IDisposable
{
    private const string Verifier = GuardedMesh.Restricted;

    // The first run hangs until it is ended. Others say one thing, wait for the door, and say the rest.
    private const string Verify =
        """
        n=$(($(cat runs 2>/dev/null || echo 0) + 1)); echo $n > runs; echo $$ > pid.$n
        say() { echo '{"kind":"finding","body":"run '$n': '$1'"}' >> $MESH_REPLY; }
        say one
        [ $n -gt 1 ] || exec sleep 600
        until [ -e door ]; do sleep 0.05; done
        say two
        say three
        echo '{"kind":"verdict","verdict":"pass","checks":[
          {"id":"AC-1","status":"pass","detail":"seen"},{"id":"AC-2","status":"pass","detail":"seen"}]}' | tr -d '\n' >> $MESH_REPLY
        echo >> $MESH_REPLY
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("mesh-devices-").FullName;
    private readonly GuardedMesh _mesh;
    private readonly List<RunnerProcess> _runners = [];
    private string _thread = "";

    public CrossDeviceTests(GuardedMesh mesh) => _mesh = mesh;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Forge => Path.Combine(_folder, "forge");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory(Timeout = 180_000)]
    [InlineData(LinkCut.Down)]
    [InlineData(LinkCut.Silent)]
    public async Task A_link_that_is_cut_in_a_run_and_in_a_send_loses_nothing_and_doubles_nothing(LinkCut how)
    {
        using var forge = Device.CreateOrSkip();
        await using var front = TlsFront.Start(forge.Here, _mesh.Address);
        string authority = Path.Combine(_folder, "ca.pem");
        await File.WriteAllTextAsync(authority, front.Pem, TestContext.Current.CancellationToken);
        _thread = await _mesh.OpenAsync(request =>
        {
            request["pattern"] = "cross-device";
            request["responder"] = Verifier;
        });
        await using var builder = RunnerProcess.Start(
            null,
            Path.Combine(_folder, "anvil"),
            new() { ["MESH_KEY"] = _mesh.KeyOf(MeshHost.Builder), ["MESH_URL"] = _mesh.Address.AbsoluteUri },
            "--as", MeshHost.Builder, "--device", "ANVIL", "--exec", "echo here is the work");
        await using var verifier = RunnerProcess.Start(
            forge,
            Forge,
            new() { ["MESH_KEY"] = _mesh.KeyOf(Verifier), ["MESH_URL"] = front.Url, ["MESH_CA"] = authority },
            "--as", Verifier, "--device", "forge-mac", "--lease", "PT6S", "--exec", Verify);
        _runners.AddRange([builder, verifier]);

        // In the middle of a run, for longer than the lease: it is given up on both sides.
        await UntilAsync(async () => Bodies(await MessagesAsync()).Contains("run 1: one"));
        await UntilAsync(async () => (await _mesh.ThreadAsync(_thread))["atWork"]?[0]?["device"]?.ToString() == "forge-mac");
        forge.Cut(how);
        await UntilAsync(() => IsGone(1));
        await UntilAsync(async () => (await _mesh.ThreadAsync(_thread))["atWork"] is null);
        Assert.Equal(3, (await MessagesAsync()).Count);
        await UntilAsync(() => IsSaid(verifier, "its lease ran out"));
        forge.Mend();

        // In the middle of a send: the command has said the rest and ended, and the mesh cannot be told, or cannot answer.
        await UntilAsync(async () => Bodies(await MessagesAsync()).Contains("run 2: one"));
        forge.Cut(how);
        await File.WriteAllTextAsync(Path.Combine(Forge, "door"), "", Stop);
        await UntilAsync(() => IsGone(2));
        forge.Mend();

        JsonNode end = await _mesh.EndOfAsync(_thread);
        Assert.Equal("PASS", end["endState"]!.GetValue<string>(), ignoreCase: true);
        await AssertIsWholeAsync();
        Assert.Contains("the registry has evidence-verifier on FORGE", verifier.Said, StringComparison.Ordinal);
        Assert.DoesNotContain("the registry has", builder.Said, StringComparison.Ordinal);

        // The runner hears of it too, whichever answer was lost on the way.
        await UntilAsync(() => IsSaid(verifier, "Verdict sent as message"));
    }

    private async Task AssertIsWholeAsync()
    {
        List<JsonNode> messages = await MessagesAsync();
        Assert.Equal(Enumerable.Range(1, messages.Count), messages.Select(message => message["sequence"]!.GetValue<int>()));
        Assert.Distinct(messages.Select(message => $"{message["from"]} {message["messageId"]}"));
        Assert.Equal(["brief", "submission"], messages.Take(2).Select(message => $"{message["kind"]}"));
        Assert.Single(messages, message => $"{message["kind"]}" == "verdict");

        // Each run's findings once and in order; all of the last one's.
        string last = (await File.ReadAllTextAsync(Path.Combine(Forge, "runs"), Stop)).Trim();
        List<string> bodies = Bodies(messages);
        Assert.Distinct(bodies.Where(body => body.StartsWith("run ", StringComparison.Ordinal)));
        Assert.Equal(
            [$"run {last}: one", $"run {last}: two", $"run {last}: three"],
            bodies.Where(body => body.StartsWith($"run {last}:", StringComparison.Ordinal)));

        EvidenceReport evidence = EvidenceVerifier.Verify(await _mesh.EvidenceAsync(_thread));
        Assert.Empty(evidence.Findings);
        Assert.True(evidence.Final);
    }

    private async Task<List<JsonNode>> MessagesAsync()
    {
        (_, JsonNode? page) = await _mesh.AskAsync(GuardedMesh.Operator, "GET", $"/api/threads/{_thread}/messages?after=0", null);
        return [.. page!["messages"]!.AsArray().Select(message => message!)];
    }

    private static List<string> Bodies(IEnumerable<JsonNode> messages) =>
        [.. messages.Select(message => message["body"]?.ToString() ?? "")];

    private async Task<bool> IsGone(int run)
    {
        string pid = (await File.ReadAllTextAsync(Path.Combine(Forge, $"pid.{run}"), Stop)).Trim();
        return !Directory.Exists($"/proc/{int.Parse(pid, CultureInfo.InvariantCulture)}");
    }

    private static Task<bool> IsSaid(RunnerProcess runner, string words) =>
        Task.FromResult(runner.Said.Contains(words, StringComparison.Ordinal));

    private async Task UntilAsync(Func<Task<bool>> condition)
    {
        while (!await condition())
        {
            Assert.All(_runners, runner => Assert.False(runner.HasEnded, runner.Said));
            await Task.Delay(20, Stop);
        }
    }
}

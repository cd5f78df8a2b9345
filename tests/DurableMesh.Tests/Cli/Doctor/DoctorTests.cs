using System.Net;
using System.Net.Sockets;
using DurableMesh.Agents.Presets;
using DurableMesh.Agents.Processes;
using DurableMesh.Cli;
using DurableMesh.Cli.Doctor;
using DurableMesh.Cli.Host;
using DurableMesh.Client;
using Microsoft.Extensions.Time.Testing;

namespace DurableMesh.Tests.Cli.Doctor;

public sealed class DoctorTests : IAsyncLifetime
{
    private readonly string _root = Directory.CreateTempSubdirectory("mesh-doctor-").FullName;
    private FakeMesh _mesh = null!;

    public async ValueTask InitializeAsync() => _mesh = await FakeMesh.StartAsync();

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_root, recursive: true);
        return _mesh.DisposeAsync();
    }

    [Fact]
    public async Task A_machine_without_Node_cannot_run_Azurite_and_hears_what_to_do()
    {
        var found = await new MachineDoctor(() => new Programs { ["dotnet"] = "8.0.100 [/x]\n10.0.112 [/x]\n" })
            .ExamineAsync(Settings(), Stop);

        Assert.Equal((Health.Good, "dotnet", $".NET SDK 10.0.112, runtime {Environment.Version}"), Of(found, "dotnet"));
        Assert.Equal(Health.Missing, Of(found, "node").Health);
        Assert.Contains("https://nodejs.org", Of(found, "node").Words, StringComparison.Ordinal);
        Assert.Equal(Health.Missing, Of(found, "npm").Health);
    }

    [Fact]
    public async Task With_a_storage_account_Node_is_not_needed_and_an_old_one_does_not_matter()
    {
        var settings = Settings(("AzureWebJobsStorage", "AccountName=x;AccountKey=a2V5;EndpointSuffix=core.windows.net"));

        var found = await new MachineDoctor(() => new Programs { ["node"] = "v18.1.0\n" }).ExamineAsync(settings, Stop);

        Assert.Equal("https://x.blob.core.windows.net/", settings.Storage!.AbsoluteUri);
        Assert.Equal((Health.Remark, Health.Remark), (Of(found, "dotnet").Health, Of(found, "node").Health));
        Assert.Contains("v18.1.0 is too old", Of(found, "node").Words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Coding_agents_are_named_with_how_to_get_them()
    {
        var found = await new MachineDoctor(() => new Programs { ["claude"] = "2.1.0 (Claude Code)\n" })
            .ExamineCodingAgentsAsync(Stop);

        Assert.Equal(CodingAgents.All.Select(agent => agent.Name), found.Select(one => one.Subject));
        Assert.Equal(Health.Good, Of(found, "claude-code").Health);
        Assert.Contains("npm install -g", Of(found, "codex").Words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_installation_is_looked_at_file_by_file()
    {
        var port = FreePort();
        Directory.CreateDirectory(Path.Combine(_root, ".azurite"));
        await File.WriteAllTextAsync(
            Path.Combine(_root, "local.settings.json"),
            $$$"""
            {"Values":{"AzureWebJobsStorage":"DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=x;BlobEndpoint=http://127.0.0.1:{{{port}}}/devstoreaccount1"}}
            """,
            Stop);
        var settings = HostSettings.Read(_root, name => name switch
        {
            "Mesh__PolicyFile" => Path.Combine(_root, "p.json"),
            "Mesh__SeedFile" => Path.Combine(_root, "nowhere.json"),
            _ => null,
        });
        await File.WriteAllTextAsync(Path.Combine(_root, "p.json"), """{"limts":{}}""", Stop);

        var host = HostProgram.Of(new Installation(_root));
        var found = await new InstallationDoctor(host, settings, Path.Combine(_root, ".mesh"), "./mesh")
            .ExamineAsync(Stop);

        Assert.Equal(Health.Good, Of(found, "settings").Health);
        Assert.Equal(
            (Health.Good, "storage", $"port {port} is free for the Azurite that './mesh up' starts"), Of(found, "storage"));
        Assert.Contains("'./mesh up' does it, once", Of(found, "azurite").Words, StringComparison.Ordinal);
        Assert.Equal(Health.Missing, Of(found, "policy").Health);
        Assert.Contains("limts: There is no such field", Of(found, "policy").Words, StringComparison.Ordinal);
        Assert.Equal(Health.Missing, Of(found, "organisation").Health);
        Assert.Contains("MiB free at", Of(found, "disk").Words, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
        {
            var advice = $"chmod 700 {Path.Combine(_root, ".azurite")}";
            Assert.Contains(found, one => one.Words.Contains(advice, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Something_else_on_the_port_of_Azurite_is_wrong()
    {
        var settings = Settings(
            ("AzureWebJobsStorage", $"AccountName=devstoreaccount1;BlobEndpoint={_mesh.Url}/devstoreaccount1"));

        var host = HostProgram.Of(new Installation(_root));
        var found = await new InstallationDoctor(host, settings, _root, "mesh").ExamineAsync(Stop);

        Assert.Equal(Health.Missing, Of(found, "storage").Health);
        Assert.Contains("is taken by something that is no Azurite", Of(found, "storage").Words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broken_settings_file_is_said()
    {
        await File.WriteAllTextAsync(Path.Combine(_root, "local.settings.json"), "{", Stop);

        var settings = HostSettings.Read(_root, _ => null);

        Assert.Contains("local.settings.json cannot be read", settings.Mistake, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mesh_that_is_up_is_asked_for_its_clock_and_whether_the_key_works()
    {
        var client = MeshClient.Connect(new Uri(_mesh.Url), "dmk_x");
        var found = await new MeshDoctor(client, hasKey: true, "mesh", TimeProvider.System).ExamineAsync(Stop);
        var late = new FakeTimeProvider(DateTimeOffset.UtcNow - TimeSpan.FromMinutes(2));
        var skewed = await new MeshDoctor(client, hasKey: true, "mesh", late).ExamineAsync(Stop);
        (_mesh.Refusal, _mesh.RefusalsToCome) = ((401, "key_unknown", "It is unknown."), int.MaxValue);
        var refused = await new MeshDoctor(client, hasKey: true, "mesh", TimeProvider.System).ExamineAsync(Stop);

        Assert.All((string[])["mesh", "clock", "key"], subject => Assert.Equal(Health.Good, Of(found, subject).Health));
        Assert.Equal(Health.Missing, Of(skewed, "clock").Health);
        Assert.Contains("let both follow a time server", Of(skewed, "clock").Words, StringComparison.Ordinal);
        Assert.Equal(Health.Missing, Of(refused, "mesh").Health);
    }

    [Fact]
    public async Task Where_no_mesh_runs_its_port_is_free_or_taken()
    {
        var port = FreePort();
        var free = await Doctor(port).ExamineAsync(Stop);
        using var other = new TcpListener(IPAddress.Loopback, port);
        other.Start();
        var hangsUp = Task.Run(async () => (await other.AcceptTcpClientAsync(Stop)).Dispose(), Stop);
        var taken = await Doctor(port).ExamineAsync(Stop);
        await hangsUp;

        Assert.Equal(Health.Remark, Of(free, "mesh").Health);
        Assert.Contains("'mesh up' starts one", Of(free, "mesh").Words, StringComparison.Ordinal);
        Assert.Equal(Health.Missing, Of(taken, "mesh").Health);
    }

    [Fact]
    public async Task The_command_gives_a_line_for_each_thing_or_one_document()
    {
        string? Variable(string name) => name == MeshVariables.Home ? _root : Environment.GetEnvironmentVariable(name);
        var words = await MeshRun.OfAsync("", ["doctor", "--url", _mesh.Url], Variable);
        var json = await MeshRun.OfAsync("", ["doctor", "--json", "--url", _mesh.Url], Variable);

        var report = json.Json<DoctorReport>();
        Assert.Equal(report.Healthy ? ExitCode.Done : ExitCode.Refused, json.ExitCode);
        Assert.Equal(json.ExitCode, words.ExitCode);
        Assert.Contains($"✓ mesh         {_mesh.Url}/ is up and ready", words.Out, StringComparison.Ordinal);
        Assert.Superset(
            new HashSet<string> { "dotnet", "node", "npm", "folder", "disk", "mesh", "clock", "key", "claude-code" },
            report.Checks.Select(one => one.Subject).ToHashSet());
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static MeshDoctor Doctor(int port) => new(
        MeshClient.Connect(new Uri($"http://127.0.0.1:{port}")), hasKey: false, "mesh", TimeProvider.System);

    private static (Health Health, string Subject, string Words) Of(IReadOnlyList<Diagnosis> found, string subject)
    {
        var one = found.First(one => one.Subject == subject);
        return (one.Health, one.Subject, one.Words);
    }

    private static HostSettings Settings(params (string Name, string Value)[] values) => HostSettings.Read(
        folder: null, name => values.FirstOrDefault(value => value.Name == name).Value);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Programs by their names: what each prints; one that is not named is not there.</summary>
    private sealed class Programs : Dictionary<string, string>, IProgramRunner
    {
        public Task<ProgramEnd> RunAsync(ProgramStart start, CancellationToken cancellation) => Task.FromResult(
            TryGetValue(Path.GetFileNameWithoutExtension(start.FileName), out var said)
                ? new ProgramEnd(0, said, "")
                : new ProgramEnd(ProgramRunner.NotFound, "", "not found"));
    }
}

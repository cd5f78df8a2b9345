using System.Net;
using System.Text;
using DurableMesh.Cli;
using DurableMesh.Cli.Experiments.Runs;
using DurableMesh.Client;
using DurableMesh.Core.Experiments;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Cli.Experiments;

/// <summary>An arm that cannot run is refused before the first run costs anything.</summary>
public sealed class ArmsCheckTests
{
    private static readonly ExperimentFile File = new()
    {
        Name = "small",
        Workload = "tasks",
        Initiator = "codecraft-builder",
        Responder = "proveo-verifier",
        Pattern = Pattern.BuilderVerifier,
        Arms = Enum.GetValues<ExperimentArm>(),
        Repetitions = 1,
        Limits = new ExperimentLimits(4, 2, TimeSpan.FromMinutes(30)),
    };

    [Fact]
    public async Task A_pair_without_a_row_cannot_run_the_arm_of_the_mesh()
    {
        string message = await RefusalAsync(new Mesh { IsAuthorised = false }, File.Arms);

        Assert.Contains("The arm mesh cannot run: No row lets it.", message, StringComparison.Ordinal);
        Assert.Contains("--arm", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_arm_of_the_mesh_the_table_is_not_asked() =>
        await DemandAsync(new Mesh { IsAuthorised = false }, [ExperimentArm.SequentialCold, ExperimentArm.SequentialWarm]);

    [Fact]
    public async Task A_pair_that_is_let_in_can_run_all_arms() => await DemandAsync(new Mesh(), File.Arms);

    [Fact]
    public async Task An_agent_that_is_disabled_runs_no_arm() => Assert.Contains(
        "'codecraft-builder' is disabled",
        await RefusalAsync(new Mesh { IsEnabled = false }, [ExperimentArm.SequentialCold]),
        StringComparison.Ordinal);

    private static async Task<string> RefusalAsync(Mesh mesh, IReadOnlyList<ExperimentArm> arms) =>
        (await Assert.ThrowsAsync<CliException>(() => DemandAsync(mesh, arms))).Message;

    private static async Task DemandAsync(Mesh mesh, IReadOnlyList<ExperimentArm> arms)
    {
        using var http = new HttpClient(mesh) { BaseAddress = new Uri("http://127.0.0.1:1/api/") };
        await new ArmsCheck(new MeshClient(http, TimeProvider.System))
            .DemandAsync(File, arms, TestContext.Current.CancellationToken);
    }

    private sealed class Mesh : HttpMessageHandler
    {
        public bool IsEnabled { get; init; } = true;

        public bool IsAuthorised { get; init; } = true;

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            string path = request.RequestUri!.AbsolutePath;
            string body = path.Contains("/authority/", StringComparison.Ordinal)
                ? $$$"""
                    {"initiator":"a","responder":"b","version":1,"patterns":[{"considered":[],"decision":
                      {"pattern":"builder-verifier","authorised":{{{(IsAuthorised ? "true" : "false")}}},"version":1,
                       "explanation":"No row lets it."}}]}
                    """
                : $$"""
                    {"id":"{{path.Split('/')[^1]}}","company":"c","roles":[],"enabled":{{(IsEnabled ? "true" : "false")}}}
                    """;
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK)
            {
                Content = new StringContent(body, Encoding.UTF8, "application/json"),
            });
        }
    }
}

using System.Net.Mime;
using System.Text;
using DurableMesh.Core.Experiments;
using DurableMesh.Core.Identity;
using DurableMesh.Functions.Experiments;
using DurableMesh.Functions.Http;
using DurableMesh.Functions.Identity;
using DurableMesh.Functions.Store;
using DurableMesh.Tests.Core.Experiments;
using DurableMesh.Tests.Functions.Store;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace DurableMesh.Tests.Functions.Experiments;

public sealed class ExperimentFunctionsTests : IAsyncDisposable
{
    private static readonly byte[] Evidence = SampleExperiment.RollOut().ToUtf8();

    private readonly FoldedLog<ExperimentBoard, PublishExperiment> _log;
    private readonly ExperimentFunctions _functions;

    public ExperimentFunctionsTests()
    {
        var blobs = new MemoryBlobs();
        _log = new(blobs, "experiments", TimeSpan.FromSeconds(8), TimeProvider.System, NullLogger.Instance);
        _log.Start();
        _functions = new ExperimentFunctions(new ExperimentDirectory(_log, new BlobEvidenceStore(blobs)));
    }

    public ValueTask DisposeAsync() => _log.DisposeAsync();

    [Fact]
    public async Task What_holds_is_published_once_and_can_be_read_as_it_was_sent()
    {
        var first = (JsonAnswer<PublishedExperiment>)await _functions.PublishAsync(Request(Evidence), default);
        var again = (JsonAnswer<PublishedExperiment>)await _functions.PublishAsync(Request(Evidence), default);

        Assert.Equal((201, 200), (first.Status, again.Status));
        Assert.Equal($"/api/experiments/{first.Value.Id}", first.Location);
        Assert.Equal(("operator:ann", DecisionOutcome.RollOut), (first.Value.PublishedBy, first.Value.Outcome));
        var all = (JsonAnswer<ExperimentsPage>)await _functions.ListAsync(Request([]), default);
        Assert.Equal(first.Value, Assert.Single(all.Value.Experiments));
        Assert.Equal(Evidence, (await _functions.MustReadAsync(first.Value.Id, default)).ToArray());
    }

    [Fact]
    public async Task What_does_not_hold_is_not_published_and_the_answer_says_what_does_not()
    {
        var forged = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(Evidence).Replace(
            "\"outcome\": \"roll_out\"", "\"outcome\": \"keep\"", StringComparison.Ordinal));

        var refused = await Assert.ThrowsAsync<ProblemException>(() => _functions.PublishAsync(Request(forged), default));

        Assert.Contains(refused.Problem.Errors!, error => error.Path.Contains("decision.outcome", StringComparison.Ordinal));
        Assert.Empty((await _log.ReadAsync(default)).All);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("no json")]
    public async Task What_is_no_evidence_is_refused(string body)
    {
        var refused = await Assert.ThrowsAsync<ProblemException>(
            () => _functions.PublishAsync(Request(Encoding.UTF8.GetBytes(body)), default));

        Assert.Equal(400, refused.Problem.Status);
    }

    [Fact]
    public async Task A_body_that_is_no_json_by_its_type_and_an_id_that_is_unknown_are_said()
    {
        var typed = await Assert.ThrowsAsync<ProblemException>(
            () => _functions.PublishAsync(Request(Evidence, MediaTypeNames.Text.Plain), default));
        var unknown = await Assert.ThrowsAsync<ProblemException>(() => _functions.GetAsync(Request([]), "x", default));

        Assert.Equal("not_json", typed.Problem.Code);
        Assert.Equal((404, "experiment_not_found"), (unknown.Problem.Status, unknown.Problem.Code));
    }

    private static HttpRequest Request(byte[] body, string type = MediaTypeNames.Application.Json)
    {
        var http = new DefaultHttpContext();
        http.Request.Body = new MemoryStream(body);
        http.Request.ContentType = type;
        http.SetCaller(new Caller(Subject.Operator("ann"), Enum.GetValues<Scope>()));
        return http.Request;
    }
}

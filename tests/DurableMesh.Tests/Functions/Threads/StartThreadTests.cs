using System.Text;
using DurableMesh.Core.Gate;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Http;
using DurableMesh.Tests.Functions.Store;
using Microsoft.DurableTask;
using Moq;

namespace DurableMesh.Tests.Functions.Threads;

public sealed class StartThreadTests : IAsyncDisposable
{
    private readonly MeshFixture _mesh = new();

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();

    [Fact]
    public async Task A_thread_that_the_gate_lets_in_is_created()
    {
        var answer = await _mesh.StartAsync(SampleThread.RequestOf());

        Assert.Equal(201, answer.Status);
        Assert.Equal("open", answer.Text("state"));
        Assert.Equal(SampleThread.Builder, answer.Text("awaiting"));
        Assert.Equal($"/api/threads/{answer.Text("threadId")}", answer.Headers.Location);
    }

    [Fact]
    public async Task Agents_may_be_named_by_their_aliases()
    {
        var answer = await _mesh.StartAsync(SampleThread.RequestOf("builder", "verifier"));

        Assert.Equal((SampleThread.Builder, SampleThread.Verifier), (answer.Text("initiator"), answer.Text("responder")));
    }

    [Fact]
    public async Task The_same_key_and_body_answer_with_the_first_thread()
    {
        var first = await _mesh.StartAsync(SampleThread.RequestOf(), "key");
        var second = await _mesh.StartAsync(SampleThread.RequestOf(), "key");

        Assert.Equal((201, 200), (first.Status, second.Status));
        Assert.Equal(first.Text("threadId"), second.Text("threadId"));
        Assert.Equal(1, _mesh.Starts);
    }

    [Fact]
    public async Task The_same_key_with_another_body_is_a_conflict()
    {
        var first = await _mesh.StartAsync(SampleThread.RequestOf(), "key");
        var second = await _mesh.StartAsync(SampleThread.RequestOf() with { McTask = "7" }, "key");

        Assert.Equal((409, "idempotency_conflict"), (second.Status, second.Code));
        Assert.Equal(first.Text("threadId"), second.Text("threadId"));
    }

    [Fact]
    public async Task Fifty_starts_at_once_with_one_key_make_one_thread()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(
            _ => Task.Run(() => _mesh.StartAsync(SampleThread.RequestOf(), "key"))));

        Assert.Single(answers.Select(answer => answer.Text("threadId")).Distinct());
        Assert.Equal(1, _mesh.Starts);
        Assert.Single(answers, answer => answer.Status == 201);
        Assert.Equal(49, answers.Count(answer => answer.Status == 200));
    }

    [Theory]
    [InlineData("")]
    [InlineData("tab\there")]
    public async Task A_malformed_key_is_refused(string key)
    {
        var answer = await _mesh.StartAsync(SampleThread.RequestOf(), key);

        Assert.Equal((400, "malformed_key"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task A_refused_thread_exists_and_the_problem_names_it()
    {
        _mesh.Gate = new GateReport(
            GateOutcome.Denied, [new GateFinding("parties_differ", GateOutcome.Denied, "They are the same.")]);

        var answer = await _mesh.StartAsync(SampleThread.RequestOf());

        Assert.Equal((403, "gate_denied"), (answer.Status, answer.Code));
        Assert.Equal("They are the same.", answer.Text("detail"));
        Assert.Equal("BLOCKED", (await _mesh.GetAsync(answer.Text("threadId"))).Text("endState"));
    }

    [Fact]
    public async Task A_held_thread_is_accepted()
    {
        _mesh.Gate = new GateReport(GateOutcome.Held, [new GateFinding("high_priority", GateOutcome.Held, "A person decides.")]);

        var answer = await _mesh.StartAsync(SampleThread.RequestOf());

        Assert.Equal((202, "held"), (answer.Status, answer.Text("state")));
    }

    [Fact]
    public async Task A_gate_that_takes_its_time_makes_the_answer_say_starting()
    {
        await using var slow = new MeshFixture(answerWithin: TimeSpan.FromMilliseconds(20)) { Asleep = true };

        var answer = await slow.StartAsync(SampleThread.RequestOf());

        Assert.Equal((202, "starting"), (answer.Status, answer.Text("state")));
        Assert.Equal("starting", (await slow.GetAsync(answer.Text("threadId"))).Text("state"));
    }

    [Fact]
    public async Task A_large_brief_is_in_the_body_store_before_the_thread_starts()
    {
        var text = new string('x', 10_000);
        var request = SampleThread.RequestOf();
        var answer = await _mesh.StartAsync(request with { Brief = request.Brief with { Body = JsonText.OfString(text) } });

        var messages = await _mesh.MessagesAsync(answer.Text("threadId"));

        Assert.Equal(text, Assert.Single(messages.List("messages")).GetProperty("body").GetString());
    }

    [Fact]
    public async Task Everything_that_is_wrong_is_said_at_once()
    {
        var answer = await _mesh.StartAsync(Encoding.UTF8.GetBytes(
            """
            {"pattern":"duel","mcTask":5,"initiator":"a\u0007b","responder":"c","brief":{"subject":"s"},
             "limits":{"ttl":"PT0S","costCapUsd":-1},"extra":1}
            """));

        Assert.Equal((400, "invalid_request"), (answer.Status, answer.Code));
        Assert.Equal("application/problem+json", answer.Headers.ContentType);
        var paths = answer.List("errors").Select(error => error.GetProperty("path").GetString()).ToList();
        Assert.Superset(
            new HashSet<string?> { "pattern", "mcTask", "initiator", "limits.ttl", "limits.costCapUsd", "extra" },
            paths.ToHashSet());
        Assert.Equal(0, _mesh.Starts);
    }

    [Fact]
    public async Task A_request_that_is_too_large_is_refused_before_it_is_parsed()
    {
        var answer = await _mesh.StartAsync(new byte[RequestBody.MaximumBytes + 1]);

        Assert.Equal((413, "body_too_large"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task A_storage_that_is_away_is_a_503_and_the_start_can_be_sent_again()
    {
        await using var hasty = new MeshFixture(answerWithin: TimeSpan.FromMilliseconds(20));
        await hasty.StartedAsync();
        hasty.Blobs.Fault = (_, _) => BlobFault.Before;
        var away = await hasty.StartAsync(SampleThread.RequestOf(), "key");
        hasty.Blobs.Fault = (_, _) => BlobFault.None;

        Assert.Equal((503, "storage_unavailable"), (away.Status, away.Code));
        Assert.Equal("1", away.Headers.RetryAfter);
    }

    [Fact]
    public async Task A_client_that_fails_with_an_outage_is_a_503()
    {
        _mesh.Client.Setup(one => one.ScheduleNewOrchestrationInstanceAsync(
                It.IsAny<TaskName>(), It.IsAny<object>(), It.IsAny<StartOrchestrationOptions>(), It.IsAny<CancellationToken>()))
            .ThrowsAsync(new IOException("The hub's storage is away."));

        var answer = await _mesh.StartAsync(SampleThread.RequestOf(), "key");

        Assert.Equal((503, "storage_unavailable"), (answer.Status, answer.Code));
        Assert.Contains("The hub's storage is away.", answer.Text("detail"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_fails_otherwise_is_a_500_that_tells_nothing_of_the_inside()
    {
        _mesh.Client.Setup(one => one.ScheduleNewOrchestrationInstanceAsync(
                It.IsAny<TaskName>(), It.IsAny<object>(), It.IsAny<StartOrchestrationOptions>(), It.IsAny<CancellationToken>()))
            .ThrowsAsync(new FormatException("secret"));

        var answer = await _mesh.StartAsync(SampleThread.RequestOf(), "key");

        Assert.Equal((500, "internal_error"), (answer.Status, answer.Code));
        Assert.DoesNotContain("secret", answer.Body.ToString(), StringComparison.Ordinal);
    }
}

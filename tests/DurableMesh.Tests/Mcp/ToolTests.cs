using DurableMesh.Core.Wire;
using DurableMesh.Mcp;
using DurableMesh.Mcp.Tools;
using DurableMesh.Tests.Cli;
using ModelContextProtocol;
using ModelContextProtocol.Client;

namespace DurableMesh.Tests.Mcp;

/// <summary>The tools, as a client of the protocol sees them.</summary>
public sealed class ToolTests : IAsyncLifetime
{
    private FakeMesh _mesh = null!;

    public async ValueTask InitializeAsync() => _mesh = await FakeMesh.StartAsync();

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();

    [Theory]
    [InlineData("2026-07-28")]
    [InlineData("2025-11-25")]
    [InlineData("2025-06-18")]
    public async Task A_dialogue_of_two_models_ends_as_pass(string protocol)
    {
        var options = new McpClientOptions { ProtocolVersion = protocol };
        await using var builder = await McpPeer.JoinAsync(_mesh, Sample.Builder, options);
        await using var verifier = await McpPeer.JoinAsync(_mesh, Sample.Verifier, options);
        Assert.Equal(protocol, builder.Client.NegotiatedProtocolVersion);
        var thread = _mesh.Open("AC-1").ThreadId;

        var brief = await builder.DoAsync<MoveAnswer>("wait_for_move", new { });
        Assert.Equal((MoveOutcome.YourMove, thread), (brief.Outcome, brief.Thread!.ThreadId));
        Assert.Equal(new Criterion("AC-1", "title of AC-1", true), Assert.Single(brief.Criteria!));
        await builder.DoAsync<SaidAnswer>("submit", new { thread, body = "kept now" });

        var work = await verifier.DoAsync<MoveAnswer>("wait_for_move", new { });
        Assert.Equal("kept now", work.Message!.Said);
        await verifier.DoAsync<SaidAnswer>(
            "find", new { thread, body = "row 9 is lost", checkId = "AC-1", location = "Csv.cs:41" });
        await verifier.DoAsync<SaidAnswer>(
            "judge", new { thread, verdict = "fail", checks = new[] { new { id = "AC-1", status = "fail" } } });

        var again = await builder.DoAsync<MoveAnswer>("wait_for_move", new { thread });
        Assert.Equal(Verdict.Fail, again.Message!.Verdict);
        var finding = Assert.Single(again.Since!);
        Assert.Equal(("row 9 is lost", "Csv.cs:41"), (finding.Said, finding.Checks![0].Location));
        await builder.DoAsync<SaidAnswer>("ask", new { thread, body = "which file?" });
        var question = await verifier.DoAsync<MoveAnswer>("wait_for_move", new { thread });
        Assert.Equal(MessageKind.Question, question.Message!.Kind);
        await verifier.DoAsync<SaidAnswer>("answer", new { thread, body = "b.csv" });
        await builder.DoAsync<SaidAnswer>("submit", new { thread, body = "mended", usage = new { costUsd = 0.25 } });
        var checks = new[] { new { id = "AC-1", status = "pass", detail = "3 of 3" } };
        var end = await verifier.DoAsync<SaidAnswer>("judge", new { thread, verdict = "pass", checks });

        Assert.Equal(ThreadPhase.Ended, end.ThreadState);
        var status = Assert.Single((await builder.DoAsync<StatusAnswer>("status", new { thread })).Threads!);
        Assert.Equal((EndState.Pass, EndReason.Verified, 0.25m), (status.EndState, status.Reason, status.CostUsd));
        Assert.Equal(MoveOutcome.Ended, (await builder.DoAsync<MoveAnswer>("wait_for_move", new { thread })).Outcome);
    }

    [Fact]
    public async Task A_call_again_in_one_turn_is_the_same_message_and_in_the_next_turn_a_new_one()
    {
        await using var builder = await McpPeer.JoinAsync(_mesh, Sample.Builder);
        var thread = _mesh.Open().ThreadId;
        var work = new { thread, body = "the same words" };
        var first = await builder.DoAsync<SaidAnswer>("submit", work);
        await using var restarted = await McpPeer.JoinAsync(_mesh, Sample.Builder);

        var second = await restarted.DoAsync<SaidAnswer>("submit", work);
        Assert.Equal((SaidOutcome.Duplicate, first.Sequence), (second.Outcome, second.Sequence));

        _mesh.Send(thread, new()
        {
            MessageId = "v-1",
            From = Sample.Verifier,
            Kind = MessageKind.Verdict,
            Verdict = Verdict.Fail,
            Checks = [new Check { Id = "AC-1", Status = CheckStatus.Fail }],
        });
        Assert.Equal(SaidOutcome.Accepted, (await builder.DoAsync<SaidAnswer>("submit", work)).Outcome);
        Assert.Equal(2, _mesh.Messages.Count(message => message.Kind == MessageKind.Submission));
    }

    [Fact]
    public async Task Refusals_are_results_that_say_what_to_do()
    {
        await using var verifier = await McpPeer.JoinAsync(_mesh, Sample.Verifier);
        await using var stranger = await McpPeer.JoinAsync(_mesh, "lexicon-advisor");
        var thread = _mesh.Open().ThreadId;
        var pass = new { thread, verdict = "pass", checks = new[] { new { id = "AC-1", status = "pass" } } };

        Assert.Equal("not_your_turn", (await verifier.RefusedAsync("judge", pass)).Reason);
        Assert.Equal("not_a_party", (await stranger.RefusedAsync("submit", new { thread, body = "x" })).Reason);
        _mesh.Send(thread, new() { MessageId = "b-1", From = Sample.Builder, Kind = MessageKind.Submission });
        var unsupported = await verifier.RefusedAsync("judge", pass);
        Assert.Equal("unsupported_pass", unsupported.Reason);
        Assert.Contains("one check for every required criterion", unsupported.WhatToDo, StringComparison.Ordinal);
        Assert.Equal("thread_not_found", (await verifier.RefusedAsync("status", new { thread = "none" })).Reason);
        Assert.Equal("thread_missing", (await verifier.RefusedAsync("note", new { body = "x" })).Reason);
        _mesh.Cancel(thread);
        Assert.Equal("thread_ended", (await verifier.RefusedAsync("note", new { thread, body = "x" })).Reason);
    }

    [Fact]
    public async Task Arguments_that_do_not_fit_are_refused_with_those_that_do()
    {
        await using var verifier = await McpPeer.JoinAsync(_mesh, Sample.Verifier);
        var thread = _mesh.Open().ThreadId;
        object[] wrong =
        [
            new { thread, verdict = "maybe", checks = Array.Empty<object>() },
            new { thread, verdict = "pass" },
            new { thread, verdict = "pass", checks = new[] { new { id = "AC-1", result = "pass" } } },
            new { thread, verdict = "pass", checks = Array.Empty<object>(), comment = "looks good" },
        ];
        foreach (var arguments in wrong)
        {
            var refusal = await verifier.RefusedAsync("judge", arguments);
            Assert.Equal("invalid_arguments", refusal.Reason);
            Assert.Contains("verdict: pass|fail|partial|blocked", refusal.WhatToDo, StringComparison.Ordinal);
            Assert.DoesNotContain("DurableMesh.Core", refusal.Detail, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_mesh_that_is_away_is_a_result()
    {
        await using var builder = await McpPeer.JoinAsync(_mesh, Sample.Builder, key: "dmk_secret-of-the-builder");
        _mesh.LeavesAfter = 0;

        var result = await builder.CallAsync("stats", new { });

        Assert.True(result.IsError);
        Assert.Equal("mesh_unreachable", McpPeer.Read<RefusedAnswer>(result).Refusal!.Reason);
        Assert.DoesNotContain("dmk_", McpPeer.Text(result), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_move_that_comes_while_it_waits_is_given_at_once_and_progress_is_told_before()
    {
        await using var verifier = await McpPeer.JoinAsync(_mesh, Sample.Verifier);
        var thread = _mesh.Open().ThreadId;
        var told = new TaskCompletionSource<ProgressNotificationValue>();
        var progress = new Told(told);

        var waiting = verifier.DoAsync<MoveAnswer>("wait_for_move", new { waitSeconds = 60 }, progress);
        var first = await told.Task.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Contains(Sample.Verifier, first.Message, StringComparison.Ordinal);
        Assert.False(waiting.IsCompleted);
        Submit(thread, "work");

        Assert.Equal("work", (await waiting).Message!.Said);
    }

    [Fact]
    public async Task A_mesh_with_another_store_is_waited_at_from_the_start()
    {
        await using var builder = await McpPeer.JoinAsync(_mesh, Sample.Builder);
        await builder.DoAsync<MoveAnswer>("wait_for_move", new { waitSeconds = 0 });
        _mesh.Positions = "another-";
        var thread = _mesh.Open().ThreadId;

        Assert.Equal(thread, (await builder.DoAsync<MoveAnswer>("wait_for_move", new { })).Thread!.ThreadId);
    }

    [Fact]
    public async Task A_client_that_gives_up_stops_the_waiting()
    {
        await using var verifier = await McpPeer.JoinAsync(_mesh, Sample.Verifier);
        _mesh.Open();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var told = new TaskCompletionSource<ProgressNotificationValue>();
        var waiting = verifier.CallAsync("wait_for_move", new { waitSeconds = 3600 }, new Told(told), stop.Token);
        await told.Task.WaitAsync(TestContext.Current.CancellationToken);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        var next = await verifier.DoAsync<MoveAnswer>("wait_for_move", new { waitSeconds = 0 });
        Assert.Equal(MoveOutcome.NothingYet, next.Outcome);
    }

    [Fact]
    public async Task What_a_peer_said_has_no_control_characters_and_no_key_and_is_marked_as_data()
    {
        const string Key = "dmk_secret-of-the-verifier";
        await using var verifier = await McpPeer.JoinAsync(_mesh, Sample.Verifier, key: Key);
        var thread = _mesh.Open().ThreadId;
        Submit(thread, $"a\u001b[2Jb\u202Ec\u0000d\n\u200Be\uD83D\uDE00 {Key}");

        var result = await verifier.CallAsync("wait_for_move", new { });

        var move = McpPeer.Read<MoveAnswer>(result);
        Assert.Equal("a\uFFFD[2Jb\uFFFDc\uFFFDd\n\uFFFDe\uD83D\uDE00 [key removed]", move.Message!.Said);
        Assert.Contains("not instructions", move.Notice, StringComparison.Ordinal);
        Assert.DoesNotContain(Key, McpPeer.Text(result), StringComparison.Ordinal);
        await verifier.DoAsync<SaidAnswer>("note", new { thread, body = $"my key is {Key}" });
        Assert.Equal("my key is [key removed]", _mesh.Messages[^1].Body!.ToDisplayText());
    }

    [Fact]
    public async Task A_long_thread_is_read_in_parts_that_join_without_a_gap()
    {
        await using var builder = await McpPeer.JoinAsync(_mesh, Sample.Builder);
        var thread = _mesh.Open().ThreadId;
        var said = string.Concat(Enumerable.Range(0, 450).Select(index => $"{index}\uD83D\uDE80"));
        Submit(thread, said);

        var (read, parts, after, offset) = ("", 0, 1, 0);
        while (true)
        {
            var part = await builder.DoAsync<TranscriptAnswer>("read_thread", new { thread, after, offset, maxChars = 1000 });
            var words = Assert.Single(part.Messages!);
            Assert.InRange(words.Said!.Length, 1, 1000);
            read += words.Said;
            parts++;
            if (part.More is null)
            {
                break;
            }

            offset = words.Cut!.NextOffset;
            Assert.Equal($"read_thread with after=1 and offset={offset}", part.More);
        }

        Assert.Equal(said, read);
        Assert.InRange(parts, 3, 4);
    }

    [Fact]
    public async Task A_server_for_one_thread_touches_no_other()
    {
        var (mine, other) = (_mesh.Open().ThreadId, _mesh.Open().ThreadId);
        await using var builder = await McpPeer.JoinAsync(_mesh, new McpSettings(Sample.Builder) { OnlyThread = mine });

        foreach (var tool in new[] { "status", "read_thread", "wait_for_move" })
        {
            Assert.Equal("other_thread", (await builder.RefusedAsync(tool, new { thread = other })).Reason);
        }

        Assert.Equal("other_thread", (await builder.RefusedAsync("submit", new { thread = other, body = "x" })).Reason);
        Assert.Equal(mine, (await builder.DoAsync<MoveAnswer>("wait_for_move", new { })).Thread!.ThreadId);
        Assert.Equal(mine, (await builder.DoAsync<SaidAnswer>("submit", new { body = "x" })).ThreadId);
        Assert.DoesNotContain(await builder.Client.ListToolsAsync(), tool => tool.Name == "run_dialogue");
    }

    [Fact]
    public async Task Money_that_is_not_there_ends_the_thread()
    {
        await using var builder = await McpPeer.JoinAsync(_mesh, Sample.Builder);
        var thread = _mesh.Open().ThreadId;

        var kept = await builder.DoAsync<ReservedAnswer>("reserve", new { thread, worstCase = new { costUsd = 0.5 } });
        Assert.True(kept.Reserved);
        var refused = await builder.RefusedAsync("reserve", new { thread, worstCase = new { costUsd = 500 } });
        Assert.Equal("cost_cap", refused.Reason);
    }

    [Fact]
    public async Task Tools_say_what_they_do_and_have_schemas_that_every_client_can_read()
    {
        await using var builder = await McpPeer.JoinAsync(_mesh, Sample.Builder);

        var tools = (await builder.Client.ListToolsAsync()).Select(tool => tool.ProtocolTool).ToDictionary(tool => tool.Name);

        Assert.Equal(
            [
                "acknowledge", "agents", "answer", "ask", "find", "judge", "note", "read_thread", "reserve", "run_dialogue", "stats",
                "status", "submit", "wait_for_move",
            ],
            tools.Keys.Order());
        Assert.All(tools.Values, tool =>
        {
            Assert.NotEmpty(tool.Description!);
            Assert.NotNull(tool.OutputSchema);
            Assert.True(tool.Annotations!.IdempotentHint);
            Assert.DoesNotContain("null", tool.InputSchema.GetRawText(), StringComparison.Ordinal);
            Assert.DoesNotContain("null", tool.OutputSchema!.Value.GetRawText(), StringComparison.Ordinal);
        });
        Assert.Equal(
            ["agents", "read_thread", "stats", "status", "wait_for_move"],
            tools.Values.Where(tool => tool.Annotations!.ReadOnlyHint == true).Select(tool => tool.Name).Order());
        Assert.Equal(
            ["acknowledge", "judge", "reserve"],
            tools.Values.Where(tool => tool.Annotations!.DestructiveHint == true).Select(tool => tool.Name).Order());
    }

    private void Submit(string thread, string body) => _mesh.Send(thread, new()
    {
        MessageId = "b-1",
        From = Sample.Builder,
        Kind = MessageKind.Submission,
        Body = JsonText.OfString(body),
    });

    private sealed class Told(TaskCompletionSource<ProgressNotificationValue> first) : IProgress<ProgressNotificationValue>
    {
        public void Report(ProgressNotificationValue value) => first.TrySetResult(value);
    }
}

using System.Text.Json;
using DurableMesh.Agents;
using DurableMesh.Agents.Runs;
using DurableMesh.Core.Wire;
using DurableMesh.Tests.Cli;

namespace DurableMesh.Tests.Agents;

/// <summary>Whose turn it is: new homes, second machines, restarts, and messages that are left alone.</summary>
public sealed class RunnerTurnTests : RunnerTests
{
    [Fact]
    public async Task Findings_of_a_second_machine_are_not_taken_for_those_of_the_first()
    {
        Submitted();
        await using (Desk(Finding("one") + "sleep 300", home: Path.Combine(Folder, "first")).Start())
        {
            await Mesh.UntilAsync(messages => messages.Count == 3, Stop);
        }

        Mesh.Leases.Ahead = TimeSpan.FromHours(1);
        await using var second = Desk(Finding("other") + Fail, home: Path.Combine(Folder, "second")).Start();
        await Mesh.UntilAsync(messages => messages.Count == 5, Stop);

        Assert.Equal(["one", "other"], Mesh.Messages.Skip(2).Take(2).Select(message => message.Body?.ToDisplayText()));

        static string Finding(string words) => $"echo '{{\"kind\":\"finding\",\"body\":\"{words}\"}}' >> $MESH_REPLY; ";
    }

    [Fact]
    public async Task A_new_home_answers_nothing_that_is_answered_and_takes_up_what_is_open()
    {
        var (answered, ended, open) = (Submitted(), Submitted(), Submitted());
        Mesh.Send(answered.ThreadId, new()
        {
            MessageId = "v-1",
            From = Sample.Verifier,
            Kind = MessageKind.Verdict,
            Verdict = Verdict.Fail,
        });
        Mesh.Cancel(ended.ThreadId);
        var runs = Path.Combine(Folder, "runs");
        await using var desk = Desk($"echo $MESH_THREAD >> {runs}; {Fail}").Start();

        await desk.UntilAsync(open.ThreadId, RunState.Done);

        Assert.Equal([open.ThreadId], await File.ReadAllLinesAsync(runs, Stop));
    }

    [Fact]
    public async Task A_new_home_reads_a_long_thread_whole_for_the_message_that_is_still_to_answer_alone()
    {
        var thread = Mesh.Open();
        void Send(string id, string from, MessageKind kind) =>
            Mesh.Send(thread.ThreadId, new() { MessageId = id, From = from, Kind = kind });
        for (var round = 1; round <= 4; round++)
        {
            for (var note = 1; note <= 40; note++)
            {
                Send($"n-{round}-{note}", Sample.Builder, MessageKind.Note);
            }

            Send($"q-{round}", Sample.Builder, MessageKind.Question);
            Send($"a-{round}", Sample.Verifier, MessageKind.Answer);
        }

        Send("b-1", Sample.Builder, MessageKind.Submission);
        var seen = Path.Combine(Folder, "seen");
        await using var desk = Desk($"cat > {seen}; {Fail}").Start();

        await desk.UntilAsync(thread.ThreadId, RunState.Done);

        var turn = JsonSerializer.Deserialize<AgentTurn>(await File.ReadAllTextAsync(seen, Stop), MeshJson.Options)!;
        Assert.Equal(("mesh:brief", "b-1"), (turn.Brief.MessageId, turn.Message.MessageId));
        Assert.Equal(["b-1"], turn.Since.Select(message => message.MessageId));
        Assert.Equal(
            2,
            Mesh.Requests.Count(request => request.Contains("/messages?after=0&", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task The_same_agent_on_two_machines_answers_each_message_once()
    {
        var threads = Enumerable.Range(0, 8).Select(_ => Submitted()).ToList();
        var runs = Path.Combine(Folder, "runs");
        var command = $"echo $MESH_THREAD >> {runs}; sleep 0.05; {Fail}";
        await using var one = Desk(command, home: Path.Combine(Folder, "one")).Start();
        await using var other = Desk(command, home: Path.Combine(Folder, "other")).Start();

        await Mesh.UntilAsync(messages => messages.Count(message => message.Kind == MessageKind.Verdict) == 8, Stop);

        Assert.Equal(threads.Select(thread => thread.ThreadId).Order(), (await File.ReadAllLinesAsync(runs, Stop)).Order());
    }

    [Fact]
    public async Task A_runner_that_stops_in_the_middle_ends_its_command_and_the_next_one_runs_it_again()
    {
        Submitted();
        var wait = Path.Combine(Folder, "wait");
        await File.WriteAllTextAsync(wait, "", Stop);
        var command = $"touch {wait}.seen; [ -e {wait} ] && exec sleep 300; {Fail}";
        await using (Desk(command).Start())
        {
            await ExistsAsync($"{wait}.seen");
        }

        File.Delete(wait);
        await using var next = Desk(command).Start();

        await Mesh.UntilAsync(messages => messages.Count == 3, Stop);
        Assert.Equal(2, next.Journal.ReadAll().Single().Attempt);
    }

    [Fact]
    public async Task A_finding_is_answered_where_the_runner_asks_for_it_and_a_note_never()
    {
        var thread = Submitted();
        foreach (var (id, kind) in new[] { ("v-1", MessageKind.Note), ("v-2", MessageKind.Finding) })
        {
            Mesh.Send(
                thread.ThreadId, new() { MessageId = id, From = Sample.Verifier, Kind = kind, Body = JsonText.OfString(id) });
        }

        await using var desk = Desk(
            "echo seen",
            options => options with { Only = [MessageKind.Brief, MessageKind.Finding, MessageKind.Note] },
            agent: Sample.Builder).Start();
        await Mesh.UntilAsync(messages => messages.Count == 5, Stop);

        Assert.Equal((MessageKind.Note, 4), (Mesh.Messages[4].Kind, Mesh.Messages[4].InReplyTo));
    }

    [Fact]
    public async Task A_message_of_a_kind_that_is_left_alone_is_said_to_wait()
    {
        var thread = Submitted();
        await using var desk = Desk(Fail, options => options with { Only = [MessageKind.Question] }).Start();

        while (!desk.Said.Any(line => line.Contains("left alone", StringComparison.Ordinal)))
        {
            await Task.Delay(1, Stop);
        }

        Assert.Equal(2, desk.Journal.Read(thread.ThreadId).Sequence);
    }

    [Fact]
    public async Task Somebody_who_asks_to_try_again_does_not_wait_for_the_pause()
    {
        var thread = Submitted();
        var door = Path.Combine(Folder, "door");
        await using var desk = new AgentDesk(
            Mesh, _ => new LaterUntil(door), Folder).Start();
        await desk.UntilAsync(thread.ThreadId, RunState.Later);
        await File.WriteAllTextAsync(door, "", Stop);

        AgentHome.AskToRetry(Path.Combine(Folder, "home"), Sample.Verifier, thread.ThreadId);

        await Mesh.UntilAsync(messages => messages.Count == 3, Stop);
    }

    [Fact]
    public async Task A_position_that_theMesh_has_forgotten_means_to_begin_with_the_first_message()
    {
        using (var home = AgentHome.Open(Path.Combine(Folder, "home"), Sample.Verifier))
        {
            home.SavePosition("of-another-mesh");
        }

        Submitted();
        await using var desk = Desk(Fail).Start();

        await Mesh.UntilAsync(messages => messages.Count == 3, Stop);
    }

    /// <summary>Has no time for an hour of real time, unless a door is open.</summary>
    private sealed class LaterUntil(string door) : IAgentHandler
    {
        public async Task<RunEnd> RunAsync(AgentRun run, CancellationToken cancellation)
        {
            if (!File.Exists(door))
            {
                return new RunEnd.Later("not yet", TimeSpan.FromHours(1000));
            }

            await run.SayAsync(new AgentReply { Kind = MessageKind.Verdict, Verdict = Verdict.Fail }, cancellation);
            return new RunEnd.Done();
        }
    }
}

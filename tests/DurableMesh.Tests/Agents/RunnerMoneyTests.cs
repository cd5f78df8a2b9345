using DurableMesh.Core.Wire;
using DurableMesh.Tests.Cli;

namespace DurableMesh.Tests.Agents;

/// <summary>The cost of a run, and the secret that it must not tell.</summary>
public sealed class RunnerMoneyTests : RunnerTests
{
    [Fact]
    public async Task Usage_is_taken_in_the_names_that_a_provider_prints()
    {
        Submitted();
        await using var desk = Desk(
            """
            usage='{"input_tokens":10,"cache_read_input_tokens":90,"cache_creation_input_tokens":0,"output_tokens":5}'
            echo "{\"usage\":$usage}" >> $MESH_REPLY
            """ + "\n" + Fail).Start();

        await Mesh.UntilAsync(messages => messages.Count == 3, Stop);

        var usage = Mesh.Messages[2].Usage!;
        Assert.Equal((100, 90, 5), (usage.InputTokens, usage.CachedInputTokens, usage.OutputTokens));
    }

    [Fact]
    public async Task Each_run_is_reserved_for_with_what_the_runs_before_it_cost()
    {
        var thread = Submitted();
        var runs = Path.Combine(Folder, "runs");
        await using var desk = Desk(
            $"echo run >> {runs}; exit 1", options => options with { WorstCaseUsd = 0.5m }).Start();

        await EndedAsync(thread);

        // The cap is two dollars: four runs of fifty cents fit into it, and a fifth is not made.
        Assert.Equal(EndReason.CostCap, Mesh.Find(thread.ThreadId)!.Reason);
        Assert.Equal(4, (await File.ReadAllLinesAsync(runs, Stop)).Length);
    }

    [Fact]
    public async Task What_failed_runs_told_of_their_cost_goes_with_the_next_message()
    {
        Submitted();
        var runs = Path.Combine(Folder, "runs");
        await using var desk = Desk(
            $$"""
            echo run >> {{runs}}
            echo '{"usage":{"model":"m","inputTokens":100,"cachedInputTokens":40,"outputTokens":10,"costUsd":0.01} }' >> $MESH_REPLY
            [ $(wc -l < {{runs}}) -gt 1 ] || exit 1
            {{Fail}}
            """).Start();

        await Mesh.UntilAsync(messages => messages.Count == 3, Stop);

        var usage = Mesh.Messages[2].Usage!;
        Assert.Equal(
            ("m", 200, 80, 20, 0.02m),
            (usage.Model, usage.InputTokens, usage.CachedInputTokens, usage.OutputTokens, usage.CostUsd));
    }

    [Fact]
    public async Task A_run_that_tells_no_cost_costs_what_is_said_to_be_a_runs()
    {
        Submitted();
        await using var desk = Desk(Fail, options => options with { CostPerRunUsd = 0.25m }).Start();

        await Mesh.UntilAsync(messages => messages.Count == 3, Stop);

        Assert.Equal(0.25m, Mesh.Messages[2].Usage!.CostUsd);
    }

    [Fact]
    public async Task The_agents_own_key_leaves_the_machine_in_no_message()
    {
        var thread = Submitted();
        await using var desk = Desk(
            """
            set -x
            check="{\"id\":\"AC-1\",\"status\":\"fail\",\"detail\":\"$MESH_KEY\"}"
            echo "{\"kind\":\"finding\",\"body\":\"Authorization: Bearer $MESH_KEY\",\"checks\":[$check]}" >> $MESH_REPLY
            exit 7
            """,
            options => options with { Key = "dmk_secret", RetryFor = TimeSpan.FromSeconds(1) }).Start();

        await EndedAsync(thread);

        var evidence = System.Text.Encoding.UTF8.GetString(Mesh.Evidence(thread.ThreadId));
        Assert.DoesNotContain("dmk_secret", evidence, StringComparison.Ordinal);
        Assert.Contains("Bearer [mesh key]", evidence, StringComparison.Ordinal);
    }
}

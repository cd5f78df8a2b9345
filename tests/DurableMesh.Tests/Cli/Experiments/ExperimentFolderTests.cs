using DurableMesh.Cli;
using DurableMesh.Cli.Experiments.Runs;
using DurableMesh.Core.Experiments;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Cli.Experiments;

/// <summary>An experiment's folder: it goes on where it was broken off, and takes no chain that somebody changed.</summary>
public sealed class ExperimentFolderTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);
    private static readonly ExperimentArm[] Arms = [ExperimentArm.SequentialCold, ExperimentArm.Mesh];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mesh-experiment-test-");

    private string Chain => Path.Combine(_folder.FullName, "chain.jsonl");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void What_was_appended_is_there_when_it_is_opened_again()
    {
        Fill(runs: 3);

        using var again = ExperimentFolder.Open(_folder.FullName);
        Assert.Equal(["t1", "t2"], again.Plan!.Tasks);
        Assert.Equal(3, again.Runs.Count);
    }

    [Fact]
    public void A_line_that_was_broken_off_is_as_if_it_had_not_been_written()
    {
        Fill(runs: 3);
        using (FileStream torn = File.OpenWrite(Chain))
        {
            torn.SetLength(torn.Length - 20);
        }

        using (var again = ExperimentFolder.Open(_folder.FullName))
        {
            Assert.Equal(2, again.Runs.Count);
            again.Append(Ended(2));
        }

        Assert.Equal(4, ExperimentFolder.Read(_folder.FullName).Entries.Count);
    }

    [Fact]
    public void A_chain_that_was_changed_is_refused_with_its_line()
    {
        Fill(runs: 3);
        File.WriteAllText(Chain, File.ReadAllText(Chain).Replace("\"output\":101", "\"output\":1", StringComparison.Ordinal));

        string message = Assert.Throws<CliException>(() => ExperimentFolder.Open(_folder.FullName)).Message;
        Assert.Contains("Line 3 ", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_programs_do_not_share_a_folder()
    {
        using var first = ExperimentFolder.Open(_folder.FullName);

        Assert.Throws<CliException>(() => ExperimentFolder.Open(_folder.FullName));
    }

    [Fact]
    public void A_folder_without_an_experiment_is_told_from_one()
    {
        Assert.Contains(
            "no experiment's folder",
            Assert.Throws<CliException>(() => ExperimentFolder.Read(_folder.FullName)).Message,
            StringComparison.Ordinal);
    }

    private void Fill(int runs)
    {
        using var folder = ExperimentFolder.Open(_folder.FullName);
        folder.Append(new ExperimentOpened { At = Noon, Plan = Plan() });
        for (int n = 0; n < runs; n++)
        {
            folder.Append(Ended(n));
        }
    }

    private static ExperimentPlan Plan() => ExperimentPlan.Create(
        "small",
        new ExperimentWorkload("tasks", new string('a', 64)),
        new ExperimentPair("codecraft-builder", "proveo-verifier", Pattern.BuilderVerifier),
        Arms,
        ["t1", "t2"],
        repetitions: 1,
        seed: 7);

    private static ArmRunEnded Ended(int n)
    {
        ExperimentSlot slot = Plan().Order[n];
        return new ArmRunEnded
        {
            At = Noon,
            Run = new ArmRun
            {
                Task = slot.Task,
                Arm = slot.Arm,
                Repetition = slot.Repetition,
                StartedAt = Noon,
                Crashed = false,
                InputUncached = 1000,
                InputCached = 0,
                InputWritten = 0,
                Output = 100 + n,
                TokensFrom = TokenSource.Provider,
                CostUsd = 0.01m,
                WallSeconds = 1,
                Rounds = 1,
                Retries = 0,
                EndState = EndState.Pass,
                HiddenCheck = HiddenCheck.Pass,
            },
        };
    }
}

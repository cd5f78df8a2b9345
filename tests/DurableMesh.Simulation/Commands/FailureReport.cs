namespace DurableMesh.Simulation.Commands;

/// <summary>Tells a person of a violation: how to see it again, and what happened.</summary>
internal static class FailureReport
{
    private const string Replay = "dotnet run -c Release --project tests/DurableMesh.Simulation -- replay --seed";
    private const int Lines = 200;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>What to run to see a seed's run again.</summary>
    public static string CommandFor(ulong seed, Omissions? omissions = null) => $"{Replay} {seed}{omissions}";

    /// <summary>Shrinks a failing run and says what is left of it.</summary>
    public static string Of(Scenario scenario, RunResult result)
    {
        Omissions omissions = new Shrinker(scenario, result.Violation!, Patience).Shrink();
        Scenario shrunk = omissions.From(scenario);
        RunResult shortest = SimulatedRun.Of(shrunk, Lines);
        string left = $"{shrunk.Operations.Count} and {shrunk.Disturbances.Count}";
        return $"""
            seed {scenario.Seed}: {result.Violation!.Invariant}
              {result.Violation.Details}
              again: {CommandFor(scenario.Seed)}
            shrunk from {scenario.Operations.Count} operations and {scenario.Disturbances.Count} disturbances to {left}:
              {shortest.Violation?.Details}
              again: {CommandFor(scenario.Seed, omissions)}
            the last of what happened:
            {string.Join('\n', shortest.Trace)}
            """;
    }
}

namespace DurableMesh.Tests.Functions.GoldenHistories;

/// <summary>
/// No test but the command that writes the golden histories (<see cref="GoldenHistory.RecordCommand"/>); it runs only when asked
/// for. A file that no scenario writes any more is the history of an older orchestrator, and stays.
/// </summary>
public sealed class RecordGoldenHistories
{
    [Fact(Explicit = true)]
    public async Task Write_the_files()
    {
        foreach (var scenario in ThreadScenarios.All)
        {
            (await ThreadRecorder.RecordAsync(scenario)).Write();
        }
    }
}

using System.CommandLine;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Cli.Evidence;
using DurableMesh.Core.Experiments;

namespace DurableMesh.Cli.Experiments;

/// <summary>The evidence of an experiment, on which something is to be done: it is checked first.</summary>
internal static class ExperimentEvidenceFile
{
    /// <summary>The file.</summary>
    public static Argument<string> Argument() => new("EVIDENCE")
    {
        Description = "The evidence of the experiment; - for standard input.",
    };

    /// <summary>Reads it.</summary>
    /// <exception cref="CliException">It does not hold; what does not was said on standard error.</exception>
    public static async Task<ExperimentEvidence> ReadAsync(string name, Terminal terminal, CancellationToken cancellation)
    {
        var utf8 = await InputText.ReadUtf8Async(name, terminal, cancellation);
        var report = ExperimentEvidenceVerifier.Verify(utf8);
        if (!report.Holds)
        {
            VerifyCommand.WriteFindings(report.Findings, terminal.Note);
            throw new CliException(ExitCode.Refused, $"Nothing is done on {InputText.Name(name)}, which does not hold.");
        }

        return ExperimentEvidenceVerifier.Read(utf8);
    }

    /// <summary>Reads it where it says roll out.</summary>
    /// <exception cref="CliException">It does not hold, or says something else.</exception>
    public static async Task<ExperimentEvidence> ReadRollOutAsync(
        string name, Terminal terminal, CancellationToken cancellation)
    {
        var evidence = await ReadAsync(name, terminal, cancellation);
        return evidence.Result.Decision is { Outcome: not DecisionOutcome.RollOut } other
            ? throw new CliException(
                ExitCode.Refused, $"The experiment says {ExperimentWords.Of(other.Outcome)}, not roll out. {other.Words}")
            : evidence;
    }
}

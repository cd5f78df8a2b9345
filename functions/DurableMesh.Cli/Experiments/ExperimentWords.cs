using DurableMesh.Cli.Transcript;
using DurableMesh.Core.Experiments;

namespace DurableMesh.Cli.Experiments;

/// <summary>An experiment's words for people.</summary>
internal static class ExperimentWords
{
    /// <summary>The arms by their names.</summary>
    public static IReadOnlyDictionary<string, ExperimentArm> Arms { get; } =
        Enum.GetValues<ExperimentArm>().ToDictionary(arm => ThreadWords.Of(arm));

    /// <summary>An arm, for people.</summary>
    public static string Of(ExperimentArm arm) => arm switch
    {
        ExperimentArm.SequentialCold => "sequential, cold",
        ExperimentArm.SequentialWarm => "sequential, warm cache",
        _ => "mesh",
    };

    /// <summary>A measure, for people.</summary>
    public static string Of(ExperimentMeasure measure) => measure switch
    {
        ExperimentMeasure.Tokens => "tokens",
        ExperimentMeasure.NewTokens => "tokens not from a cache",
        ExperimentMeasure.Cost => "US$",
        _ => "time",
    };

    /// <summary>A decision, for people.</summary>
    public static string Of(DecisionOutcome outcome) => outcome switch
    {
        DecisionOutcome.RollOut => "roll out",
        DecisionOutcome.Keep => "keep",
        _ => "not enough data",
    };
}

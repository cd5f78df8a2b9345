namespace DurableMesh.Core.Experiments;

/// <summary>Computes a result from the runs.</summary>
internal static class ResultFold
{
    public static ExperimentResult Of(ExperimentPlan plan, IReadOnlyList<ArmRun> runs) => throw new NotImplementedException();
}

namespace DurableMesh.Core.Experiments;

/// <summary>
/// The order of an experiment's runs. The repetitions come one after the other; in each the tasks stand in random order, and for
/// each task its arms stand together, in random order: so no arm has the better hours of a machine, and no arm always finds what
/// the one before it has warmed.
/// </summary>
public static class ExperimentOrder
{
    /// <summary>
    /// Computes it: with one <see cref="SplitMix64"/> of the seed, for each repetition the tasks in the workload's order are
    /// shuffled, then for each of them the arms in the plan's order.
    /// </summary>
    /// <param name="arms">The arms.</param>
    /// <param name="tasks">The tasks' ids.</param>
    /// <param name="repetitions">How often each arm does each task.</param>
    /// <param name="seed">All chance comes from it.</param>
    public static IReadOnlyList<ExperimentSlot> Of(
        IReadOnlyList<ExperimentArm> arms, IReadOnlyList<string> tasks, int repetitions, ulong seed)
    {
        var random = new SplitMix64(seed);
        var order = new List<ExperimentSlot>(arms.Count * tasks.Count * repetitions);
        for (var repetition = 1; repetition <= repetitions; repetition++)
        {
            string[] shuffled = [.. tasks];
            random.Shuffle<string>(shuffled);
            foreach (var task in shuffled)
            {
                ExperimentArm[] block = [.. arms];
                random.Shuffle<ExperimentArm>(block);
                order.AddRange(block.Select(arm => new ExperimentSlot(task, repetition, arm)));
            }
        }

        return order;
    }
}

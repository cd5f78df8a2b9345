using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Experiments;

/// <summary>Reads an experiment's file and its tasks strictly: all that is wrong is said at once.</summary>
public static class ExperimentReader
{
    /// <summary>The most repetitions.</summary>
    public const int MaxRepetitions = 100;

    /// <summary>The most rounds of a run.</summary>
    public const int MaxRounds = 10;

    private const int DefaultRounds = 4;
    private const int MaxIdLength = 64;
    private const int MaxLineLength = 500;
    private const int MaxPrompt = 16_000;
    private const decimal DefaultCostCapUsd = 2;
    private static readonly TimeSpan DefaultTtl = TimeSpan.FromMinutes(30);

    /// <summary>Reads an experiment.</summary>
    /// <param name="utf8">The file.</param>
    public static ReadResult<ExperimentFile> Read(ReadOnlyMemory<byte> utf8) => JsonInput.Read(utf8, input =>
    {
        var name = input.Id("name", MaxIdLength);
        var workload = input.Line("workload", MaxLineLength);
        var initiator = input.Line("initiator", MaxIdLength * 2);
        var responder = input.Line("responder", MaxIdLength * 2);
        var pattern = input.Choice<Pattern>("pattern", required: false);
        var arms = input.Choices<ExperimentArm>("arms");
        var repetitions = (int?)input.Whole("repetitions", 1, MaxRepetitions, required: true);
        var seed = input.Whole("seed", 0, long.MaxValue);
        var limits = input.Object("limits", ReadLimits);
        if (initiator is not null && initiator == responder)
        {
            input.Add("responder", InputError.InvalidValue, "A builder does not verify itself. Name another agent.");
        }

        return name is null || workload is null || initiator is null || responder is null || repetitions is null ? null
            : new ExperimentFile
            {
                Name = name,
                Workload = workload,
                Initiator = initiator,
                Responder = responder,
                Pattern = pattern ?? Pattern.BuilderVerifier,
                Arms = arms.Count > 0 ? arms : Enum.GetValues<ExperimentArm>(),
                Repetitions = repetitions.Value,
                Seed = (ulong?)seed,
                Limits = limits ?? new ExperimentLimits(DefaultRounds, DefaultCostCapUsd, DefaultTtl),
            };
    });

    /// <summary>Reads a task.</summary>
    /// <param name="utf8">The file.</param>
    public static ReadResult<ExperimentTask> ReadTask(ReadOnlyMemory<byte> utf8) => JsonInput.Read(utf8, input =>
    {
        var id = input.Id("id", MaxIdLength);
        var title = input.Line("title", MaxLineLength);
        var prompt = input.Words("prompt", MaxPrompt, required: true);
        var acceptance = RequestReader.ReadAcceptance(input);
        if (!acceptance.Any(criterion => criterion.Required))
        {
            input.Add("acceptance", InputError.Missing, "A task has at least one required criterion, or nothing could pass.");
        }

        return id is null || title is null || prompt is null ? null : new ExperimentTask(id, title, prompt, acceptance);
    });

    private static ExperimentLimits ReadLimits(ObjectReader input) => new(
        (int?)input.Whole("rounds", 1, MaxRounds) ?? DefaultRounds,
        input.Usd("costCapUsd") ?? DefaultCostCapUsd,
        input.Duration("ttl", RequestReader.MaxTtl) ?? DefaultTtl);
}

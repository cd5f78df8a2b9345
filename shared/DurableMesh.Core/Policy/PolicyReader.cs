using DurableMesh.Core.Evidence;
using DurableMesh.Core.Gate;
using DurableMesh.Core.Money;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Trust;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Policy;

/// <summary>
/// Reads the policy file. Every section and every field may be left out; what stands there is read strictly, and all that is
/// wrong is said at once.
/// </summary>
public static class PolicyReader
{
    private static readonly TimeSpan BelowTtl = TimeSpan.FromDays(366);
    private static readonly TimeSpan BelowHold = TimeSpan.FromDays(31);

    /// <summary>Reads a policy, or lists what is wrong with it.</summary>
    /// <param name="utf8">The file's content.</param>
    public static ReadResult<MeshPolicy> Read(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            return JsonInput.Read(utf8, input =>
            {
                var unpriced = input.Choice<UnpricedUsage>("unpriced", required: false) ?? UnpricedUsage.Allow;
                return new MeshPolicy
                {
                    Limits = input.Object("limits", ReadLimits) ?? LimitPolicy.Standard,
                    Hold = input.Object("hold", ReadHold) ?? HoldPolicy.Standard,
                    Trust = input.Object("trust", TrustMatrix.Read) ?? TrustMatrix.Standard,
                    Prices = PriceTableReader.Read(input, "prices", CommonPrices.Table),
                    Turn = input.Object("turn", ReadTurn) ?? TurnEstimate.Standard,
                    Budgets = input.Object("budgets", ReadBudgets) ?? BudgetPolicy.None,
                    Unpriced = unpriced,
                    Rules = input.Object("rules", rules => ReadRules(rules, unpriced)) ?? Stances(unpriced),
                    Hash = ContentHash.Hex(utf8.Span),
                    Text = JsonText.Parse(JsonInput.WithoutByteOrderMark(utf8).Span),
                };
            });
        }
        catch (CanonicalJsonException e)
        {
            return new ReadResult<MeshPolicy>(null, [new InputError("$", InputError.NotInteroperable, e.Message)]);
        }
    }

    private static LimitPolicy ReadLimits(ObjectReader input)
    {
        var standard = LimitPolicy.Standard;
        var maxima = input.Object("maxima", one => ReadLimits(one, standard.Maxima)) ?? standard.Maxima;
        var fallback = Lesser(standard.Defaults, maxima);
        var defaults = input.Object("defaults", one => ReadLimits(one, fallback)) ?? fallback;
        if (Lesser(defaults, maxima) != defaults)
        {
            input.Add(
                "defaults",
                InputError.OutOfRange,
                "A default exceeds the maximum of the same name; the gate would deny every thread that asks for nothing.");
        }

        return new LimitPolicy(defaults, maxima);
    }

    private static Limits ReadLimits(ObjectReader input, Limits standard) => new(
        input.Duration("ttl", BelowTtl) ?? standard.Ttl,
        (int?)input.Whole("maxTurns", 1, 1_000_000) ?? standard.MaxTurns,
        input.Usd("costCapUsd") ?? standard.CostCapUsd,
        (int?)input.Whole("maxFindingsPerTurn", 0, 1_000_000) ?? standard.MaxFindingsPerTurn,
        (int?)input.Whole("maxRoundsWithoutProgress", 1, 1_000_000) ?? standard.MaxRoundsWithoutProgress);

    private static Limits Lesser(Limits one, Limits other) => new(
        one.Ttl < other.Ttl ? one.Ttl : other.Ttl,
        Math.Min(one.MaxTurns, other.MaxTurns),
        Math.Min(one.CostCapUsd, other.CostCapUsd),
        Math.Min(one.MaxFindingsPerTurn, other.MaxFindingsPerTurn),
        Math.Min(one.MaxRoundsWithoutProgress, other.MaxRoundsWithoutProgress));

    private static HoldPolicy ReadHold(ObjectReader input)
    {
        var standard = HoldPolicy.Standard;
        var hold = new HoldPolicy(
            input.Has("priorities") ? input.Choices<Priority>("priorities") : standard.Priorities,
            input.Duration("expiresAfter", BelowHold) ?? standard.ExpiresAfter,
            input.Duration("remindBefore", BelowHold) ?? standard.RemindBefore);
        if (input.Has("remindBefore") && hold.RemindBefore >= hold.ExpiresAfter)
        {
            input.Add(
                "remindBefore",
                InputError.OutOfRange,
                "The reminder must come after the hold's beginning: make it shorter than expiresAfter.");
        }

        return hold;
    }

    private static TurnEstimate ReadTurn(ObjectReader input) => new(
        input.Whole("inputTokens", 0, 100_000_000) ?? TurnEstimate.Standard.InputTokens,
        input.Whole("outputTokens", 0, 100_000_000) ?? TurnEstimate.Standard.OutputTokens);

    private static BudgetPolicy ReadBudgets(ObjectReader input) => new(
        input.Usd("agentDayUsd"), input.Usd("companyDayUsd"), (int?)input.Whole("openThreads", 1, 1_000_000));

    /// <summary>What a file without <c>rules</c> says of them.</summary>
    private static Dictionary<string, RuleStance> Stances(UnpricedUsage unpriced) =>
        unpriced == UnpricedUsage.Hold ? new() { [GateRules.ModelsPriced] = RuleStance.Hold } : [];

    private static Dictionary<string, RuleStance> ReadRules(ObjectReader input, UnpricedUsage unpriced)
    {
        var stances = Stances(unpriced);
        foreach (var rule in GateRules.All.Where(rule => rule.Adjustable))
        {
            if (input.Choice<RuleStance>(rule.Name, required: false) is { } stance)
            {
                stances[rule.Name] = stance;
            }
        }

        foreach (var rule in GateRules.All.Where(rule => !rule.Adjustable && input.Has(rule.Name)))
        {
            _ = input.Choice<RuleStance>(rule.Name);
            input.Add(rule.Name, InputError.InvalidValue, "This rule cannot be changed here.");
        }

        return stances;
    }
}

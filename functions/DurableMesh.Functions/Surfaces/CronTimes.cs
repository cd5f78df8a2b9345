using Cronos;
using DurableMesh.Core.Wire;

namespace DurableMesh.Functions.Surfaces;

/// <summary>
/// When a cron expression fires in a time zone, as Cronos has it, which is as Vixie cron has it: a fire in an hour that the
/// change to daylight saving time leaves out happens right after the gap; in the hour that comes twice a fire at a fixed time
/// happens once, and one of an interval both times.
/// </summary>
internal sealed class CronTimes
{
    /// <summary>The error of an expression that has no fire.</summary>
    public const string NeverFires = "never_fires";

    /// <summary>The error of a time zone that this machine does not know.</summary>
    public const string UnknownTimeZone = "unknown_time_zone";

    private const int FieldsWithSeconds = 6;

    private readonly CronExpression _expression;
    private readonly TimeZoneInfo _zone;

    private CronTimes(CronExpression expression, TimeZoneInfo zone) => (_expression, _zone) = (expression, zone);

    /// <summary>Reads an expression.</summary>
    /// <param name="cron">Five fields, or six with seconds before them, or one like <c>@daily</c>.</param>
    /// <param name="timeZone">The time zone's IANA name.</param>
    /// <exception cref="CronFormatException">It is none.</exception>
    /// <exception cref="TimeZoneNotFoundException">There is no such time zone.</exception>
    public static CronTimes Of(string cron, string timeZone)
    {
        var fields = cron.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;
        var format = fields == FieldsWithSeconds ? CronFormat.IncludeSeconds : CronFormat.Standard;
        return new CronTimes(CronExpression.Parse(cron, format), TimeZoneInfo.FindSystemTimeZoneById(timeZone));
    }

    /// <summary>All that is wrong with an expression and a time zone.</summary>
    /// <param name="cron">The expression.</param>
    /// <param name="timeZone">The time zone's name.</param>
    /// <param name="now">The present instant.</param>
    public static IEnumerable<(string Path, string Code, string Message)> MistakesOf(
        string cron, string timeZone, DateTimeOffset now)
    {
        var zone = TimeZoneInfo.TryFindSystemTimeZoneById(timeZone, out var known) && known.HasIanaId ? known : null;
        if (zone is null)
        {
            yield return (
                "timeZone",
                UnknownTimeZone,
                $"There is no time zone '{timeZone}'; give an IANA name such as Europe/Berlin or Etc/UTC.");
        }

        CronTimes? times = null;
        string? wrong = null;
        try
        {
            times = Of(cron, "Etc/UTC");
        }
        catch (CronFormatException malformed)
        {
            wrong = malformed.Message;
        }

        if (wrong is not null)
        {
            yield return ("cron", InputError.InvalidValue, $"This is no cron expression of five or six fields: {wrong}");
        }
        else if (times!.After(now) is null)
        {
            yield return ("cron", NeverFires, "This never fires: no day is like that. The 30th of February is none.");
        }
    }

    /// <summary>The first fire after an instant; null for none.</summary>
    /// <param name="instant">The instant.</param>
    public DateTimeOffset? After(DateTimeOffset instant) =>
        _expression.GetNextOccurrence(instant.UtcDateTime, _zone) is { } next
            ? new DateTimeOffset(next, TimeSpan.Zero)
            : null;

    /// <summary>The fires after an instant up to another one, the latter included.</summary>
    /// <param name="after">The former.</param>
    /// <param name="upTo">The latter.</param>
    public IEnumerable<DateTimeOffset> Between(DateTimeOffset after, DateTimeOffset upTo) =>
        From(after).TakeWhile(fire => fire <= upTo);

    /// <summary>The next fires after an instant.</summary>
    /// <param name="instant">The instant.</param>
    /// <param name="count">How many at most.</param>
    public IEnumerable<DateTimeOffset> Next(DateTimeOffset instant, int count) => From(instant).Take(count);

    private IEnumerable<DateTimeOffset> From(DateTimeOffset instant)
    {
        for (var fire = After(instant); fire is not null; fire = After(fire.Value))
        {
            yield return fire.Value;
        }
    }
}

using System.Diagnostics.CodeAnalysis;
using System.Globalization;

using Microsoft.AspNetCore.Http;
using Microsoft.DurableTask.Client;

namespace DurableMesh.LocalHost;

/// <summary>The query parameters of a management request. What cannot be read is an error and not ignored.</summary>
internal sealed class ManagementQuery(IQueryCollection query)
{
    public string? Text(string name) => query[name] is [{ } value, ..] && value.Length > 0 ? value : null;

    public bool Flag(string name, bool otherwise) =>
        Text(name) is { } text ? bool.TryParse(text, out var flag) ? flag : Reject<bool>(name, text, "true or false") : otherwise;

    public int Count(string name, int otherwise) => Text(name) is { } text
        ? int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0
            ? count
            : Reject<int>(name, text, "a whole number above 0")
        : otherwise;

    public DateTimeOffset? Time(string name) => Text(name) is { } text
        ? DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : Reject<DateTimeOffset>(name, text, "a time in ISO 8601")
        : null;

    public IReadOnlyList<OrchestrationRuntimeStatus>? Statuses(string name)
    {
        var names = query[name].SelectMany(value => (value ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries)).ToList();
        return names.Count == 0
            ? null
            : names.ConvertAll(text => Enum.TryParse<OrchestrationRuntimeStatus>(text, ignoreCase: true, out var status)
                ? status
                : Reject<OrchestrationRuntimeStatus>(name, text, string.Join(", ", Enum.GetNames<OrchestrationRuntimeStatus>())));
    }

    [DoesNotReturn]
    private static T Reject<T>(string name, string text, string expected) =>
        throw new BadHttpRequestException($"'{name}' is '{text}'; it must be {expected}.");
}

using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace DurableMesh.Functions.Http;

/// <summary>Optimistic concurrency over HTTP (RFC 9110 §13): an object's version is its entity tag.</summary>
internal static class Preconditions
{
    /// <summary>The entity tag of a version.</summary>
    public static string ETagOf(int version) => string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");

    /// <summary>
    /// The version that the request wants to change: of <c>If-Match</c>, 0 for <c>If-None-Match: *</c> (it must be new), null
    /// where it does not matter.
    /// </summary>
    /// <exception cref="ProblemException">A header that no version of ours could have written.</exception>
    public static int? ExpectedVersion(HttpRequest request)
    {
        var (match, noneMatch) = (request.Headers.IfMatch.ToString(), request.Headers.IfNoneMatch.ToString());
        return (match, noneMatch) switch
        {
            ("", "") or ("*", "") => null,
            ("", "*") => 0,
            (_, "") => VersionOf(match),
            _ => throw Malformed("If-None-Match", "Only If-None-Match: * is known, and not together with If-Match."),
        };
    }

    private static int VersionOf(string tag) =>
        tag is ['"', _, .., '"']
            && int.TryParse(tag.AsSpan(1, tag.Length - 2), NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            && version > 0
            ? version
            : throw Malformed(
                "If-Match", "The header must hold one entity tag as the ETag of an answer gave it, for instance \"3\".");

    private static ProblemException Malformed(string header, string message) =>
        new(Problems.InvalidRequest(header, "malformed_precondition", message));
}

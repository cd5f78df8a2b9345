using Microsoft.AspNetCore.Http;

namespace DurableMesh.Functions.Http;

/// <summary>The <c>Idempotency-Key</c> header: the same key with the same request is the same start.</summary>
internal static class IdempotencyKey
{
    private const int Longest = 255;

    /// <summary>The key; null where there is none.</summary>
    /// <exception cref="ProblemException">It is malformed.</exception>
    public static string? Of(HttpRequest request)
    {
        if (!request.Headers.TryGetValue("Idempotency-Key", out var values))
        {
            return null;
        }

        var key = values.ToString();
        return values.Count == 1 && key.Length is > 0 and <= Longest && !key.Any(char.IsControl)
            ? key
            : throw new ProblemException(Problems.InvalidRequest(
                "Idempotency-Key", "malformed_key", $"The header must stand once and hold 1 to {Longest} characters."));
    }
}

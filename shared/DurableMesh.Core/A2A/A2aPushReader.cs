using System.Security.Cryptography;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.A2A;

/// <summary>Reads who is to be told: nothing may stand in a header that ends it, or that is no header's.</summary>
public static class A2aPushReader
{
    private const int MaxUrl = 2_000;
    private const int MaxSecret = 4_000;

    /// <summary>Reads one.</summary>
    /// <param name="config">As a client sent it.</param>
    /// <param name="taskId">The task.</param>
    /// <param name="path">Where it stands in the request.</param>
    /// <exception cref="A2aException">It has mistakes; all are named at once.</exception>
    public static (A2aPushConfig Config, Uri Url) Read(A2aPushConfig config, string taskId, string path)
    {
        var mistakes = new List<InputError>();
        var id = config.Id is { Length: > 0 } named ? named : RandomNumberGenerator.GetHexString(16, lowercase: true);
        if (!TextRules.IsMessageId(id))
        {
            mistakes.Add(new InputError(
                $"{path}id", InputError.InvalidValue, "This must be 1 to 128 characters of A-Z a-z 0-9 . _ : and -."));
        }

        if (config.Url is not { Length: > 0 and <= MaxUrl } || !Uri.TryCreate(config.Url, UriKind.Absolute, out var url))
        {
            url = null;
            mistakes.Add(new InputError($"{path}url", InputError.InvalidValue, "This must be an absolute https:// address."));
        }

        if (!IsHeader(config.Token))
        {
            mistakes.Add(new InputError($"{path}token", InputError.InvalidValue, "This must be visible ASCII characters."));
        }

        var scheme = config.Authentication?.Scheme;
        if (config.Authentication is not null && (scheme is not { Length: > 0 and <= 64 } || !scheme.All(IsToken)))
        {
            mistakes.Add(new InputError(
                $"{path}authentication.scheme", InputError.InvalidValue, "This must be the name of a scheme, such as Bearer."));
        }

        if (!IsHeader(config.Authentication?.Credentials))
        {
            mistakes.Add(new InputError(
                $"{path}authentication.credentials", InputError.InvalidValue, "This must be visible ASCII characters."));
        }

        return mistakes.Count == 0
            ? (config with { Id = id, TaskId = taskId }, url!)
            : throw new A2aException(A2aError.InvalidParams(mistakes));
    }

    private static bool IsHeader(string? text) =>
        text is null || (text.Length <= MaxSecret && text.All(one => one is >= ' ' and <= '~'));

    private static bool IsToken(char one) => char.IsAsciiLetterOrDigit(one) || one is '-' or '_' or '.' or '+';
}

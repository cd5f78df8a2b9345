using System.ClientModel;
using Anthropic.Exceptions;

namespace DurableMesh.Agents.AI;

/// <summary>Says of a failed call of a model whether it is worth another try, and when.</summary>
internal static class ModelFailure
{
    /// <summary>How the run ends; null for what is no failure of the model's.</summary>
    /// <param name="failure">The failure.</param>
    /// <param name="cancellation">What ends the run; a cancellation that is not its own is a call that took too long.</param>
    public static RunEnd? Of(Exception failure, CancellationToken cancellation) => failure switch
    {
        _ when cancellation.IsCancellationRequested => null,
        EndlessAnswerException => new RunEnd.Failed(failure.Message),
        ClientResultException { Status: > 0 } refused =>
            OfStatus(refused.Status, RetryAfter(refused), refused.Message),
        AnthropicApiException refused =>
            OfStatus((int)refused.StatusCode, ProviderCall.Current?.RetryAfter, refused.Message),
        HttpRequestException { StatusCode: { } status } => OfStatus((int)status, null, failure.Message),
        OperationCanceledException or TimeoutException => new RunEnd.Later("The model did not answer in time."),

        // No answer at all, or one that broke off: the network, or a provider that restarts.
        ClientResultException or AnthropicIOException or AnthropicSseException or HttpRequestException or IOException =>
            new RunEnd.Later($"The model is out of reach: {OneLine(failure.Message)}"),
        AggregateException { InnerException: { } inner } => Of(inner, cancellation),
        _ => new RunEnd.Failed($"The model's answer is none: {failure.Message}"),
    };

    private static RunEnd OfStatus(int status, TimeSpan? after, string message) => status switch
    {
        // A client that goes where a redirect says would show its key to whoever is there.
        >= 300 and < 400 => new RunEnd.Failed($"The model's provider answers {status}, a redirect, which is not followed.", true),
        408 or 409 or 425 or 429 or >= 500 => new RunEnd.Later($"The model's provider answers {status}.", after),
        401 or 403 => new RunEnd.Failed(
            $"The model's provider answers {status}: its key is missing or wrong, or may not use this model.", true),
        404 => new RunEnd.Failed("The model's provider answers 404: there is no such model, or the address is wrong.", true),
        _ => new RunEnd.Failed($"The model's provider answers {status}: {OneLine(message)}", true),
    };

    private static TimeSpan? RetryAfter(ClientResultException refused) =>
        refused.GetRawResponse()?.Headers.TryGetValue("Retry-After", out var value) == true
            ? ProviderCall.ReadRetryAfter(value, DateTimeOffset.UtcNow)
            : null;

    private static string OneLine(string message)
    {
        var line = message.ReplaceLineEndings(" ");
        return line.Length <= 300 ? line : $"{line.AsSpan(0, char.IsHighSurrogate(line[299]) ? 299 : 300)}…";
    }
}

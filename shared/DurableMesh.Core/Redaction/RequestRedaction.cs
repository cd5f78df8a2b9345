using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Redaction;

/// <summary>
/// Takes personal data and secrets out of all that a party writes in words: a secret in a check's detail is as open as one in the
/// body. Ids, hashes and numbers stay.
/// </summary>
/// <param name="key">The thread's pseudonyms.</param>
/// <param name="scope">What is taken out.</param>
public sealed class RequestRedaction(PseudonymKey key, RedactionScope scope = RedactionScope.Everything)
{
    private RedactionCounts _counts = RedactionCounts.None;

    /// <summary>What was removed so far, by kind; null where nothing was.</summary>
    public RedactionCounts? Removed => _counts.Total > 0 ? _counts : null;

    /// <summary>A message as it may be stored and delivered.</summary>
    /// <param name="request">As it was sent.</param>
    public SendMessageRequest Of(SendMessageRequest request) => request with
    {
        Body = Of(request.Body),
        Checks = [.. request.Checks.Select(check => check with
        {
            Title = Of(check.Title),
            Detail = Of(check.Detail),
            Location = Of(check.Location),
        })],
        Artifacts = [.. request.Artifacts.Select(artifact => artifact with
        {
            Name = Of(artifact.Name)!,
            Uri = Of(artifact.Uri),
        })],
    };

    /// <summary>A start whose brief may be stored and delivered.</summary>
    /// <param name="request">As it was sent.</param>
    public StartThreadRequest Of(StartThreadRequest request) => request with
    {
        Brief = request.Brief with
        {
            Subject = Of(request.Brief.Subject)!,
            Body = Of(request.Brief.Body),
            Acceptance = [.. request.Brief.Acceptance.Select(criterion => criterion with { Title = Of(criterion.Title)! })],
        },
    };

    private JsonText? Of(JsonText? body)
    {
        if (body is null)
        {
            return null;
        }

        var (redacted, counts) = Redactor.Redact(body, key, scope);
        _counts = _counts.Add(counts);
        return redacted;
    }

    private string? Of(string? text)
    {
        if (text is null)
        {
            return null;
        }

        var (redacted, counts) = Redactor.Redact(text, key, scope);
        _counts = _counts.Add(counts);
        return redacted;
    }
}

using System.Text;
using DurableMesh.Core.Evidence;
using DurableMesh.Core.Wire;

namespace DurableMesh.Agents.Runs;

/// <summary>Takes the runner's own key out of all that leaves it.</summary>
/// <param name="key">The key; null where there is none.</param>
internal sealed class Secret(string? key)
{
    private const string Placeholder = "[mesh key]";

    /// <summary>A text without the key.</summary>
    public string Hide(string text) =>
        string.IsNullOrEmpty(key) ? text : text.Replace(key, Placeholder, StringComparison.Ordinal);

    /// <summary>An end without the key.</summary>
    public RunEnd Hide(RunEnd end) => end switch
    {
        RunEnd.Done done => done with { Text = HideOrNull(done.Text) },
        RunEnd.Later later => later with { Why = Hide(later.Why) },
        RunEnd.Failed failed => failed with { Why = Hide(failed.Why) },
        RunEnd.Refused refused => refused with { Detail = Hide(refused.Detail) },
        _ => end,
    };

    /// <summary>A reply without the key, wherever in it that stands.</summary>
    public AgentReply Hide(AgentReply reply) => string.IsNullOrEmpty(key) ? reply : reply with
    {
        Body = reply.Body is { } body ? JsonText.Parse(Encoding.UTF8.GetBytes(HideIn(body))) : null,
        Checks = [.. reply.Checks.Select(check => check with
        {
            Title = HideOrNull(check.Title),
            Detail = HideOrNull(check.Detail),
            Location = HideOrNull(check.Location),
        })],
        Artifacts = [.. reply.Artifacts.Select(artifact => artifact with
        {
            Name = Hide(artifact.Name),
            Uri = HideOrNull(artifact.Uri),
        })],
    };

    /// <summary>In JSON a key with a quotation mark or a backslash has another form.</summary>
    private string HideIn(JsonText body) =>
        body.Text.Replace(CanonicalJson.Quote(key!)[1..^1], Placeholder, StringComparison.Ordinal);

    private string? HideOrNull(string? text) => text is null ? null : Hide(text);
}

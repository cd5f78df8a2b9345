using DurableMesh.Core.Wire;

namespace DurableMesh.Mcp.Tools;

/// <summary>Puts messages into a model's hands, no more than it can hold.</summary>
/// <param name="desk">Cleans what is read.</param>
/// <param name="most">How many characters of others' words there may be in all.</param>
internal sealed class Reading(Desk desk, int most)
{
    private const int LongestLine = 2000;

    private int _left = most;

    /// <summary>Whether there is room for another message.</summary>
    public bool HasRoom => _left > 0;

    /// <summary>A message, from a place of its words on.</summary>
    public MessageWords Take(MessageView message, int offset = 0)
    {
        // Checks go first: a verdict without its checks says little, a body without its end says much.
        var checks = message.Checks.Count == 0 ? null : message.Checks.Select(Take).ToList();
        var artifacts = message.Artifacts.Count == 0 ? null : message.Artifacts.Select(Take).ToList();
        var (said, cut) = TakeBody(message.Body, offset);
        return new MessageWords
        {
            Sequence = message.Sequence,
            From = message.From,
            Kind = message.Kind,
            Verdict = message.Verdict,
            Said = said,
            Cut = cut,
            Checks = checks,
            Artifacts = artifacts,
            InReplyTo = message.InReplyTo,
        };
    }

    private (string? Said, Cut? Cut) TakeBody(JsonText? body, int offset)
    {
        if (body is null)
        {
            return (null, null);
        }

        var whole = desk.Clean(body.ToDisplayText());
        var said = SafeText.Part(whole, offset, Math.Max(_left, 0));
        _left -= said.Length;
        var end = Math.Min(offset, whole.Length) + said.Length;
        return (said, end < whole.Length ? new Cut(end, whole.Length) : null);
    }

    private CheckWords Take(Check check) => new(
        Line(check.Id)!, check.Status, Line(check.Title), check.Required, Line(check.Detail), Line(check.Location));

    private ArtifactWords Take(Artifact artifact) =>
        new(Line(artifact.Name)!, Line(artifact.Sha256)!, artifact.Size, Line(artifact.Uri));

    private string? Line(string? text)
    {
        if (text is null)
        {
            return null;
        }

        var line = SafeText.Part(desk.Clean(text), 0, Math.Clamp(_left, 40, LongestLine));
        _left -= line.Length;
        return line;
    }
}

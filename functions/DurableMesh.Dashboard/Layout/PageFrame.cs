namespace DurableMesh.Dashboard.Layout;

/// <summary>What every page has around what it shows.</summary>
/// <param name="Path">Where it stands, with its query.</param>
/// <param name="Who">Whose session it is; null where nobody needs a key.</param>
/// <param name="MayOperate">Whether the session may change anything.</param>
/// <param name="FormToken">What each form sends back, so that no other site's page can send it.</param>
/// <param name="Theme"><c>light</c> or <c>dark</c>; null for the browser's own choice.</param>
public sealed record PageFrame(string Path, string? Who, bool MayOperate, string FormToken, string? Theme)
{
    /// <summary>The name of the hidden field that carries <see cref="FormToken"/>.</summary>
    public const string FormTokenField = "form-token";
}

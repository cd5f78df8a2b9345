namespace DurableMesh.Tests.LocalHost.ApiSurface;

/// <summary>Finds what an assembly offers and a listing does not.</summary>
internal static class ApiComparison
{
    /// <summary>The namespaces that belong to the official packages.</summary>
    private static readonly string[] OfficialNamespaces =
        ["Microsoft.DurableTask", "Microsoft.Azure.Functions.Worker", "Microsoft.Extensions"];

    public static bool IsOfficial(Type type) => OfficialNamespaces.Any(space =>
        type.Namespace == space || type.Namespace?.StartsWith(space + ".", StringComparison.Ordinal) == true);

    /// <summary>One line for each type, member or attribute that is not in <paramref name="listing"/> just so.</summary>
    public static IEnumerable<string> Excess(IEnumerable<ApiType> types, ApiListing listing) => types.SelectMany(type =>
        listing.Find(type.FullName) is { } official
            ? Excess(type, official)
            : [$"{type.FullName}: the official packages have no such type"]);

    private static IEnumerable<string> Excess(ApiType type, ApiType official) =>
        type.Members.SelectMany(member => Compare(type, member, official.Members))
            .Concat(Compare(type, type.Header, [official.Header]));

    private static IEnumerable<string> Compare(ApiType type, ApiLine ours, IEnumerable<ApiLine> candidates)
    {
        ApiLine? theirs = candidates.FirstOrDefault(line => line.Text == ours.Text);
        if (theirs is null)
        {
            return [$"{type.FullName}: not official: {ours.Text}"];
        }

        string[] expected = [.. ApiRendering.ThatMatter(theirs.Attributes)];
        return
        [
            .. ours.Attributes.Except(expected).Select(attribute => $"{type.FullName}: not official: {attribute} {ours.Text}"),
            .. expected.Except(ours.Attributes).Select(attribute => $"{type.FullName}: missing: {attribute} {ours.Text}"),
        ];
    }
}

using DurableMesh.Tests;
using DurableMesh.Tests.Documentation;
using DurableMesh.Tests.EndToEnd;
using DurableMesh.Tests.EndToEnd.Dashboard;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(LongestFirst))]

namespace DurableMesh.Tests;

/// <summary>
/// Begins with the tests that take minutes one after the other: what begins last of all keeps one processor busy and the other idle.
/// </summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] Long =
        [typeof(DashboardInABrowser).FullName!, typeof(DocumentationPage).Namespace!, typeof(MeshHost).Namespace!];

    /// <inheritdoc/>
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(
        IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection => [.. testCollections.OrderBy(PlaceOf)];

    private static int PlaceOf<TTestCollection>(TTestCollection collection)
        where TTestCollection : ITestCollection
    {
        int place = Array.FindIndex(Long, name => collection.TestCollectionDisplayName.Contains(name, StringComparison.Ordinal));
        return place < 0 ? Long.Length : place;
    }
}

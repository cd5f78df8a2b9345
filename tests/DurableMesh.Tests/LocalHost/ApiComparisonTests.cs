using DurableMesh.Tests.LocalHost.ApiSurface;
using Microsoft.DurableTask;

namespace DurableMesh.Tests.LocalHost;

/// <summary>The comparison with the official listings has teeth: whatever is changed, it says so.</summary>
public sealed class ApiComparisonTests
{
    private const string Listing = """
        // A listing of ApiSamples.

        namespace DurableMesh.Tests.LocalHost.ApiSurface

          public abstract class ApiSamples.Greeter<T> : IDisposable where T : class
            protected ApiSamples.Greeter<T>()
            public const int Loudest = 10
            public string? Name { get; init; }
            [Obsolete("Use Greet.")]
            public virtual Task<T?> GreetAsync(string name, int times = 1, CancellationToken cancellation = default)
            public abstract void Shout<TLoud>(params TLoud[] loud) where TLoud : struct
            public void Dispose()

          public enum ApiSamples.Tone
            Low = 0, High = 4

          public sealed record ApiSamples.Note : IEquatable<ApiSamples.Note>
            public ApiSamples.Note(ApiSamples.Tone Tone, string? Text = null)
            public ApiSamples.Tone Tone { get; init; }
            public string? Text { get; init; }

          public delegate string? ApiSamples.Reply(object heard)

        """;

    private static readonly ApiType[] Samples =
    [
        .. typeof(ApiSamples).GetNestedTypes().Select(ApiRendering.Render),
    ];

    [Fact]
    public void A_type_that_is_listed_just_so_is_no_excess() => Assert.Empty(Excess(Listing));

    [Theory]
    [InlineData("    public void Dispose()", "", "Greeter<T>: not official: public void Dispose()")]
    [InlineData("int times = 1", "int times = 2", "int times = 1")]
    [InlineData("int times = 1", "int times", "int times = 1")]
    [InlineData("CancellationToken cancellation = default", "CancellationToken cancellation", "cancellation = default")]
    [InlineData("virtual Task<T?>", "virtual ValueTask<T?>", "not official: public virtual Task<T?> GreetAsync")]
    [InlineData("string name,", "string? name,", "GreetAsync(string name,")]
    [InlineData("string name,", "string who,", "GreetAsync(string name,")]
    [InlineData("public virtual", "public", "not official: public virtual Task<T?>")]
    [InlineData("public abstract void", "public virtual void", "not official: public abstract void Shout")]
    [InlineData("where TLoud : struct", "where TLoud : class", "where TLoud : struct")]
    [InlineData("params TLoud[]", "TLoud[]", "params TLoud[]")]
    [InlineData("{ get; init; }", "{ get; }", "not official: public string? Name { get; init; }")]
    [InlineData("public string? Name", "public string Name", "not official: public string? Name")]
    [InlineData("Loudest = 10", "Loudest = 11", "not official: public const int Loudest = 10")]
    [InlineData("    protected ApiSamples", "    public ApiSamples", "not official: protected ApiSamples.Greeter<T>()")]
    [InlineData(" : IDisposable where", " where", "not official: public abstract class ApiSamples.Greeter<T> : IDisposable")]
    [InlineData("where T : class", "where T : struct", "where T : class")]
    [InlineData("    [Obsolete(\"Use Greet.\")]\n", "", "not official: [Obsolete(\"Use Greet.\")]")]
    [InlineData("    public void Dis", "    [Obsolete]\n    public void Dis", "missing: [Obsolete] public void Dispose()")]
    [InlineData("High = 4", "High = 5", "ApiSamples.Tone: not official: High = 4")]
    [InlineData("sealed record", "sealed class", "not official: public sealed record ApiSamples.Note")]
    [InlineData("delegate string?", "delegate string", "not official: public delegate string? ApiSamples.Reply")]
    [InlineData("enum ApiSamples.Tone", "enum ApiSamples.Pitch", "ApiSamples.Tone: the official packages have no such type")]
    public void What_the_listing_has_otherwise_is_reported(string written, string changed, string report)
    {
        string listing = Listing.Replace(written, changed, StringComparison.Ordinal);

        Assert.NotEqual(Listing, listing);
        Assert.Contains(Excess(listing), line => line.Contains(report, StringComparison.Ordinal));
    }

    [Fact]
    public void Each_member_of_the_local_host_would_be_missed_if_the_official_packages_lacked_it()
    {
        ApiType[] offered =
        [
            .. typeof(TaskOrchestrationContext).Assembly.GetExportedTypes()
                .Where(ApiComparison.IsOfficial)
                .Select(ApiRendering.Render),
        ];

        foreach (ApiType type in offered)
        {
            foreach (ApiLine member in type.Members)
            {
                var without = new ApiListing([type with { Members = [.. type.Members.Where(other => other != member)] }]);
                Assert.Equal([$"{type.FullName}: not official: {member.Text}"], ApiComparison.Excess([type], without));
            }
        }
    }

    [Theory]
    [InlineData(typeof(TaskName), true)]
    [InlineData(typeof(Microsoft.Azure.Functions.Worker.FunctionAttribute), true)]
    [InlineData(typeof(ApiSamples), false)]
    [InlineData(typeof(Azure.RequestFailedException), false)]
    public void Official_namespaces_are_those_of_the_packages(Type type, bool isOfficial) =>
        Assert.Equal(isOfficial, ApiComparison.IsOfficial(type));

    private static IEnumerable<string> Excess(string listing) =>
        ApiComparison.Excess(Samples, new ApiListing(ApiListing.Parse(listing)));
}

using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DurableMesh.Core.Events;
using DurableMesh.Functions.Store;

namespace DurableMesh.Functions.Events.Sinks;

/// <summary>What is kept of sinks: how far each was told, and what none would take.</summary>
internal sealed class SinkStore(IBlobs blobs)
{
    /// <summary>So many events that a sink did not take are kept; the oldest go first.</summary>
    public const int MostDead = 1_000;

    private const string Json = "application/json";

    /// <summary>Whether a text can be the id of a dead letter, and of nothing else in the store.</summary>
    public static bool IsLetter(string id) => id.All(character => char.IsAsciiHexDigitLower(character) || character == '-');

    /// <summary>How far a sink was told, and the version that says so; null where it never was.</summary>
    public async Task<(SinkProgress Progress, string Version)?> FindAsync(string sink, CancellationToken cancellation) =>
        await blobs.FindVersionAsync(NameOf(sink), cancellation) is { } found
            ? (Parse<SinkProgress>(found.Content), found.Version)
            : null;

    /// <summary>Writes it over a version; null where somebody else was faster.</summary>
    public Task<string?> TryWriteAsync(string sink, SinkProgress progress, string? version, CancellationToken cancellation) =>
        blobs.TryWriteAsync(NameOf(sink), Bytes(progress), Json, version, cancellation);

    /// <summary>Forgets a sink and all that it did not take.</summary>
    public async Task DeleteAsync(string sink, CancellationToken cancellation)
    {
        await blobs.DeleteAsync(NameOf(sink), cancellation);
        foreach (var name in await DeadNamesAsync(sink, cancellation))
        {
            await blobs.DeleteAsync(name, cancellation);
        }
    }

    /// <summary>Keeps an event that a sink did not take; the same one twice is one.</summary>
    public async Task BuryAsync(
        string sink, MeshEvent happened, string? lastError, DateTimeOffset now, CancellationToken cancellation)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(happened.Id)).AsSpan(0, 6));
        var id = string.Create(CultureInfo.InvariantCulture, $"{happened.Time.UtcDateTime:yyyyMMddHHmmssfff}-{hash}");
        var names = await DeadNamesAsync(sink, cancellation);
        foreach (var oldest in names.Take(names.Count - MostDead + 1))
        {
            await blobs.DeleteAsync(oldest, cancellation);
        }

        await blobs.WriteAsync(
            DeadFolder(sink) + id, Bytes(new DeadLetter(id, now, lastError, happened)), Json, cancellation);
    }

    /// <summary>What a sink did not take, the oldest first.</summary>
    public async Task<DeadLettersPage> ReadDeadAsync(string sink, int limit, CancellationToken cancellation)
    {
        var names = await DeadNamesAsync(sink, cancellation);
        var letters = new List<DeadLetter>();
        foreach (var name in names.Take(limit))
        {
            if (await blobs.FindAsync(name, cancellation) is { } content)
            {
                letters.Add(Parse<DeadLetter>(content));
            }
        }

        return new DeadLettersPage(letters, names.Count > limit);
    }

    /// <summary>How many events a sink did not take.</summary>
    public async Task<int> CountDeadAsync(string sink, CancellationToken cancellation) =>
        (await DeadNamesAsync(sink, cancellation)).Count;

    /// <summary>One of them; null where there is none of that id.</summary>
    public async Task<DeadLetter?> FindDeadAsync(string sink, string letter, CancellationToken cancellation) =>
        await blobs.FindAsync(DeadFolder(sink) + letter, cancellation) is { } content ? Parse<DeadLetter>(content) : null;

    /// <summary>Forgets one of them.</summary>
    public Task DeleteDeadAsync(string sink, string letter, CancellationToken cancellation) =>
        blobs.DeleteAsync(DeadFolder(sink) + letter, cancellation);

    private async Task<List<string>> DeadNamesAsync(string sink, CancellationToken cancellation) =>
    [
        .. (await blobs.ListVersionsAsync(DeadFolder(sink), cancellation)).Select(one => one.Name).Order(StringComparer.Ordinal),
    ];

    private static string NameOf(string sink) => $"sinks/{sink}";

    private static string DeadFolder(string sink) => $"dead-letters/{sink}/";

    private static byte[] Bytes<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value, AppJson.TypeInfo<T>());

    private static T Parse<T>(ReadOnlyMemory<byte> utf8) => JsonSerializer.Deserialize(utf8.Span, AppJson.TypeInfo<T>())!;
}

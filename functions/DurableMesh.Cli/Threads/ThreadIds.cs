using System.Buffers;
using System.CommandLine;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Cli.Transcript;
using DurableMesh.Client;

namespace DurableMesh.Cli.Threads;

/// <summary>Threads by their ids, or by so much of the beginning as only one has.</summary>
internal static class ThreadIds
{
    private const int Shown = 10;
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdefABCDEF-");

    /// <summary>The mesh of the command line, and the id of the thread that it names.</summary>
    /// <exception cref="CliException">No thread, or more than one, has an id that begins so.</exception>
    public static async Task<(MeshClient Mesh, string ThreadId)> ConnectToThreadAsync(
        this ParseResult parsed, Argument<string> thread, CancellationToken cancellation)
    {
        var mesh = parsed.Connect();
        return (mesh, await FindAsync(mesh, parsed.GetRequiredValue(thread), cancellation));
    }

    /// <summary>The whole id of a thread.</summary>
    /// <inheritdoc cref="ConnectToThreadAsync"/>
    public static async Task<string> FindAsync(MeshClient mesh, string given, CancellationToken cancellation)
    {
        if (Guid.TryParseExact(given, "D", out var id))
        {
            return id.ToString("D");
        }

        if (given.Length == 0 || given.AsSpan().ContainsAnyExcept(Digits))
        {
            // What can begin no id is for the mesh to say.
            return given;
        }

        var page = await mesh.ListThreadsAsync([("idPrefix", given), ("limit", $"{Shown}")], cancellation);
        return page.Threads switch
        {
            [var only] => only.ThreadId,
            [] => throw new CliException(ExitCode.Refused, $"There is no thread {given}, and none whose id begins so."),
            var several => throw new CliException(
                ExitCode.Usage,
                $"The ids of several threads begin with {given}; say more of it:"
                + string.Concat(several.Select(one => $"\n  {one.ThreadId}  {ThreadWords.StateOf(one)}  {one.Subject}"))
                + (page.NextCursor is null ? "" : "\n  …")),
        };
    }
}

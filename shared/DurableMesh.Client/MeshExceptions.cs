using System.Net;
using System.Text;
using DurableMesh.Core.Wire;

namespace DurableMesh.Client;

/// <summary>Nobody answers at the mesh's address, or only that it cannot now (503, 429).</summary>
public sealed class MeshUnreachableException(Uri address, string why, Exception? inner = null)
    : Exception($"The mesh at {address} is not reachable: {why}", inner)
{
    /// <summary>Whether somebody was there, and the connection broke.</summary>
    public bool IsBrokenOff { get; init; }

    /// <summary>The message with what a person can do about it.</summary>
    /// <param name="mesh">How the person calls the command line.</param>
    public string AdviceFor(string mesh) =>
        $"{Message}\nIs it running? Start it with '{mesh} up', or say where it is with --url or {MeshVariables.Url}.";
}

/// <summary>The mesh answered with a problem.</summary>
public sealed class MeshProblemException(HttpStatusCode status, Problem problem) : Exception(Describe(problem))
{
    /// <summary>The HTTP status.</summary>
    public HttpStatusCode Status { get; } = status;

    /// <summary>The problem as the mesh wrote it.</summary>
    public Problem Problem { get; } = problem;

    private static string Describe(Problem problem)
    {
        // Of what is not there, the detail says which thing it is.
        var text = new StringBuilder(problem switch
        {
            { Detail: null or "" } => $"{problem.Title} ({problem.Code})",
            { Status: 404 } => $"{problem.Detail} ({problem.Code})",
            _ => $"{problem.Title} ({problem.Code}): {problem.Detail}",
        });
        foreach (var error in problem.Errors ?? [])
        {
            text.Append($"\n  {error.Path}: {error.Message} ({error.Code})");
        }

        if (problem is { ThreadId: { } thread, Code: "gate_denied" or "not_authorized" or "trust_denied" })
        {
            text.Append($"\nThe thread {thread} has the evidence.");
        }

        return text.ToString();
    }
}

/// <summary>A file is not the one that it should be: its SHA-256 is another.</summary>
public sealed class ArtifactMismatchException(string expected, string found)
    : Exception($"The file is not the artifact {expected}: its SHA-256 is {found}. It is not used.")
{
    /// <summary>The SHA-256 that it should have.</summary>
    public string Expected { get; } = expected;

    /// <summary>The SHA-256 that it has.</summary>
    public string Found { get; } = found;
}

/// <summary>The mesh is not asked, because the way to it is not set up right.</summary>
public sealed class MeshLinkException(string why, Exception? inner = null) : Exception(why, inner);

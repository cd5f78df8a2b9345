using System.Diagnostics;

namespace DurableMesh.Tests.EndToEnd;

/// <summary>
/// Programs of <c>tests/web</c>, which <c>npm ci</c> in that folder installs. A test that needs one is skipped without it.
/// </summary>
internal static class TestTools
{
    /// <summary>The repository's folder.</summary>
    public static string Repository { get; } = Above(AppContext.BaseDirectory, "DurableMesh.sln");

    /// <summary>The folder of the tools.</summary>
    public static string Folder { get; } = Path.Combine(Repository, "tests", "web");

    /// <summary>Skips the test that asks unless some packages are installed.</summary>
    /// <param name="packages">Their names.</param>
    public static void MustHave(params ReadOnlySpan<string> packages)
    {
        foreach (string package in packages)
        {
            Assert.SkipUnless(
                Directory.Exists(Path.Combine(Folder, "node_modules", package)),
                $"{package} is not installed: run 'npm ci' in tests/web.");
        }
    }

    /// <summary>Runs Node.js in the tools' folder.</summary>
    /// <param name="arguments">The script and what it is given.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>The exit code, and all that it printed.</returns>
    public static async Task<(int ExitCode, string Output)> NodeAsync(string[] arguments, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo("node", arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Folder,
            Environment = { ["NO_COLOR"] = "1", ["REDOCLY_TELEMETRY"] = "off", ["REDOCLY_SUPPRESS_UPDATE_NOTICE"] = "true" },
        };
        using Process process = Process.Start(start)!;
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(cancellation);
            Task<string> errors = process.StandardError.ReadToEndAsync(cancellation);
            await process.WaitForExitAsync(cancellation);
            return (process.ExitCode, await output + await errors);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    private static string Above(string folder, string file) =>
        File.Exists(Path.Combine(folder, file)) ? folder
            : Path.GetDirectoryName(folder) is { } parent ? Above(parent, file)
            : throw new DirectoryNotFoundException($"There is no {file} above the tests.");
}

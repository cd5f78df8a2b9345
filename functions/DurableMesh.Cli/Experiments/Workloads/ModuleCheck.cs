using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using DurableMesh.Cli.Processes;
using DurableMesh.Core.Wire;

namespace DurableMesh.Cli.Experiments.Workloads;

/// <summary>
/// Runs a check over a candidate in a process of its own, which may read those two and nothing else, and write nothing. The
/// outcome comes in a line that begins with a nonce: what the candidate prints is no outcome.
/// </summary>
/// <param name="runner">The script that runs checks.</param>
internal sealed partial class ModuleCheck(string runner)
{
    private const int MaxDetail = 300;
    private static readonly TimeSpan ProcessorLimit = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<(string Check, string Module), Lazy<Task<bool>>> _holds = new();

    /// <summary>The module in a text: the last block between fences, or else all of it.</summary>
    /// <param name="text">A builder's submission.</param>
    public static string ModuleIn(string text) =>
        Fenced().Matches(text) is { Count: > 0 } blocks ? blocks[^1].Groups[1].Value : text;

    /// <summary>Runs it.</summary>
    /// <param name="check">The check's file.</param>
    /// <param name="module">The candidate.</param>
    /// <param name="cancellation">Kills it.</param>
    /// <returns>A check for each of its entries; empty where the candidate did not let it come to an end.</returns>
    /// <exception cref="CliException">Node.js is not there.</exception>
    public async Task<IReadOnlyList<Check>> RunAsync(string check, string module, CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("mesh-check-");
        try
        {
            var candidate = Path.Combine(folder.FullName, "candidate.mjs");
            await File.WriteAllTextAsync(candidate, module, cancellation);
            var nonce = RandomNumberGenerator.GetHexString(32);
            var node = new ProcessStartInfo(
                "node",
                [
                    "--no-warnings",
                    "--experimental-permission",
                    .. new[] { runner, check, candidate }.Select(path => $"--allow-fs-read={path}"),
                    runner, check, candidate,
                ])
            {
                WorkingDirectory = folder.FullName,
            };
            var result = await ChildProcess.RunAsync(node, ProcessorLimit, cancellation, $"{nonce}\n");
            return Read(result.Output, nonce);
        }
        catch (Win32Exception missing)
        {
            throw new CliException(ExitCode.Usage, "Node.js is not on the PATH: install 20 or newer.", missing);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Whether a module passes all of a check, which is run once for each module: nobody's time is measured.</summary>
    /// <param name="check">The check's file.</param>
    /// <param name="module">The candidate.</param>
    /// <param name="cancellation">Kills it.</param>
    public Task<bool> HoldsAsync(string check, string module, CancellationToken cancellation)
    {
        return _holds.GetOrAdd((check, module), _ => new(LookAsync)).Value;

        async Task<bool> LookAsync()
        {
            var found = await RunAsync(check, module, cancellation);
            return found.Count > 0 && found.All(one => one.Status == CheckStatus.Pass);
        }
    }

    private static Check[] Read(string output, string nonce)
    {
        var line = output.Split('\n').LastOrDefault(line => line.StartsWith(nonce, StringComparison.Ordinal));
        if (line is null)
        {
            return [];
        }

        using var outcome = JsonDocument.Parse(line[nonce.Length..]);
        return
        [
            .. outcome.RootElement.GetProperty("checks").EnumerateArray().Select(check => new Check
            {
                Id = check.GetProperty("id").GetString()!,
                Status = check.GetProperty("status").GetString() == "pass" ? CheckStatus.Pass : CheckStatus.Fail,
                Detail = check.TryGetProperty("detail", out var detail) && detail.GetString() is { Length: > 0 } words
                    ? WholeText.Cut(words, MaxDetail)
                    : null,
            }),
        ];
    }

    [GeneratedRegex(@"^```[a-z]*\r?\n(.*?)^```\s*$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Fenced();
}

using DurableMesh.Core.Wire;

namespace DurableMesh.Cli.Demo;

/// <summary>A criterion's result, as a verdict has it.</summary>
internal sealed record CheckLine(string Id, CheckStatus Status, string Detail, string? Location);

/// <summary>Compiles the library of a folder and runs the acceptance checks on it: what a coding agent verifies with.</summary>
/// <param name="material">The demo's material.</param>
internal sealed class DemoCheck(DemoMaterial material)
{
    /// <summary>The result of each criterion.</summary>
    /// <param name="library">The folder of the library.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task<IReadOnlyList<Check>> RunAsync(string library, CancellationToken cancellation)
    {
        var bench = Directory.CreateTempSubdirectory("mesh-check-").FullName;
        try
        {
            var laboratory = new Laboratory(bench);
            laboratory.Prepare(material.Acceptance);
            Directory.CreateDirectory(laboratory.Library);
            foreach (var file in Directory.EnumerateFiles(library, "*.cs"))
            {
                File.Copy(file, Path.Combine(laboratory.Library, Path.GetFileName(file)));
            }

            var ids = Criteria();
            var diagnostics = await laboratory.BuildAsync(cancellation);
            if (diagnostics is [var first, ..])
            {
                return
                [
                    Laboratory.Failed(DemoVerifier.Builds, first.Text, $"{first.File}:{first.Line}"),
                    .. ids.Select(id => Laboratory.Failed(id, "cannot hold while it does not build", location: null)),
                ];
            }

            var checks = new List<Check>
            {
                new() { Id = DemoVerifier.Builds, Status = CheckStatus.Pass, Detail = "no error, no warning" },
            };
            foreach (var id in ids)
            {
                checks.Add(await laboratory.RunCheckAsync(id, cancellation));
            }

            return checks;
        }
        finally
        {
            Directory.Delete(bench, recursive: true);
        }
    }

    private IReadOnlyList<string> Criteria()
    {
        using var task = System.Text.Json.JsonDocument.Parse(File.ReadAllBytes(material.Task));
        return
        [
            .. task.RootElement.GetProperty("brief").GetProperty("acceptance").EnumerateArray()
                .Select(criterion => criterion.GetProperty("id").GetString()!)
                .Where(id => id != DemoVerifier.Builds),
        ];
    }
}

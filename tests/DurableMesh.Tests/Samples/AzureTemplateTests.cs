using System.Diagnostics;

namespace DurableMesh.Tests.Samples;

/// <summary>The Bicep that puts the app into Azure, as far as it can be checked without Azure: by Bicep's own compiler.</summary>
public sealed class AzureTemplateTests
{
    [Fact]
    public async Task The_template_compiles_without_a_warning()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var bicep = Find();
        Assert.SkipWhen(bicep is null, "No bicep on the PATH and no Azure.Bicep.CommandLine among NuGet's packages.");
        var start = new ProcessStartInfo(bicep!, ["build", Template(), "--stdout"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        using var process = Process.Start(start)!;
        var compiled = process.StandardOutput.ReadToEndAsync(cancellation);
        var warnings = await process.StandardError.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);

        Assert.Equal("", warnings.Trim());
        Assert.Equal(0, process.ExitCode);
        Assert.Contains("Microsoft.Web/sites", await compiled, StringComparison.Ordinal);
    }

    private static string? Find()
    {
        var packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        var compiler = new DirectoryInfo(Path.Combine(packages, "azure.bicep.commandline.linux-x64"));
        var restored = OperatingSystem.IsLinux() && compiler.Exists
            ? compiler.GetDirectories().Select(version => Path.Combine(version.FullName, "tools", "bicep"))
            : [];
        return (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Select(folder => Path.Combine(folder, "bicep"))
            .Concat(restored)
            .FirstOrDefault(File.Exists);
    }

    private static string Template()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "DurableMesh.sln")))
        {
            folder = folder.Parent;
        }

        return Path.Combine(folder.FullName, "samples", "azure", "main.bicep");
    }
}

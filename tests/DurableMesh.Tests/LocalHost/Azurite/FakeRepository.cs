using System.Diagnostics.CodeAnalysis;
using DurableMesh.LocalHost.Azurite;

namespace DurableMesh.Tests.LocalHost.Azurite;

/// <summary>A repository that pins Azurite 9.9.9, with commands of the test's own for <c>node</c> and <c>npm</c>.</summary>
internal sealed class FakeRepository : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("durablemesh-repository-");

    public FakeRepository()
    {
        Write("package.json", """{ "engines": { "node": ">=20" }, "dependencies": { "azurite": "9.9.9" } }""");
        Write("package-lock.json", Lock("9.9.9"));
        Node = Script("node", "echo v22.1.0");
        Npm = Script("npm", "exit 0");
    }

    public string Root => _folder.FullName;

    public string Node { get; set; }

    public string Npm { get; set; }

    public AzuriteInstallation Installation => new(Root) { Tools = new NodeTools { Node = Node, Npm = Npm } };

    /// <summary>What npm leaves behind when it has come to its end.</summary>
    public static string Installs(string version) =>
        $$"""
        mkdir -p node_modules/azurite/dist/src/blob
        echo > node_modules/azurite/dist/src/blob/main.js
        echo '{{Lock(version)}}' > node_modules/.package-lock.json
        echo done >> installed
        """;

    /// <summary>A shell script in the repository.</summary>
    [SuppressMessage("Interoperability", "CA1416", Justification = "The tests that use it are skipped on Windows.")]
    public string Script(string name, string body)
    {
        var path = Write(name, "#!/bin/sh\n" + body + "\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    public string Write(string name, string content)
    {
        var path = Path.Combine(Root, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        return path;
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static string Lock(string version) =>
        $$"""{ "packages": { "node_modules/azurite": { "version": "{{version}}" } } }""";
}

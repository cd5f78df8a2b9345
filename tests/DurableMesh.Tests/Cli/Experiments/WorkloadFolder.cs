using DurableMesh.Cli;

namespace DurableMesh.Tests.Cli.Experiments;

/// <summary>An experiment in a folder of its own: the sample's runner of checks, and tasks as a test wants them.</summary>
internal sealed class WorkloadFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mesh-workload-");

    public WorkloadFolder(params IEnumerable<string> tasks)
    {
        Write("experiment.json", """
            {"name":"small","workload":"tasks","initiator":"codecraft-builder","responder":"proveo-verifier","repetitions":1,
             "seed":7,"limits":{"rounds":3}}
            """);
        File.Copy(Path.Combine(Sample, "run-check.mjs"), In("run-check.mjs"));
        Directory.CreateDirectory(In("tasks"));
        foreach (string task in tasks)
        {
            AddTask(task, task);
        }
    }

    public string Folder => _folder.FullName;

    private static string Sample { get; } = Path.Combine(Installation.FindOrNull()!.Root, "samples", "experiment");

    public string In(string name) => Path.Combine(Folder, name);

    public void Write(string name, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(In(name))!);
        File.WriteAllText(In(name), content);
    }

    /// <summary>A module that has to double a number; the second attempt does.</summary>
    public void AddTask(string folder, string id)
    {
        Write($"tasks/{folder}/task.json", $$"""
            {"id":"{{id}}","title":"Double a number","prompt":"Export a function twice that doubles its argument.",
             "acceptance":[{"id":"AC-1","title":"twice(2) is 4"},{"id":"AC-2","title":"twice(3) is 6"}]}
            """);
        Write($"tasks/{folder}/project/module.mjs", "export const twice = (n) => n;\n");
        Write($"tasks/{folder}/check.mjs", """
            const want = (id, given, wanted) => ({ id, run({ twice }) {
              if (twice(given) !== wanted) { throw new Error(`twice(${given}) is ${twice(given)}`); }
            } });
            export default [want('AC-1', 2, 4), want('AC-2', 3, 6)];
            """);
        Write($"tasks/{folder}/hidden.mjs", """
            export default [{ id: 'H-1', run({ twice }) { if (twice(-7) !== -14) { throw new Error('negative'); } } }];
            """);
        Write($"tasks/{folder}/attempts/1.mjs", "export const twice = (n) => n * n;\n");
        Write($"tasks/{folder}/attempts/2.mjs", "export const twice = (n) => n * 2;\n");
    }

    public void Dispose() => _folder.Delete(recursive: true);
}

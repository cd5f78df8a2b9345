using DurableMesh.Cli;
using DurableMesh.Cli.Experiments.Workloads;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Cli.Experiments;

/// <summary>The tasks of an experiment: read whole or not at all, and checked in a process of their own.</summary>
public sealed class WorkloadTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void The_shipped_workload_has_twenty_tasks_that_a_script_can_do()
    {
        Workload workload = Workload.Read(Path.Combine(Installation.FindOrNull()!.Root, "samples", "experiment"));

        Assert.True(workload.Tasks.Count >= 20);
        Assert.All(workload.Tasks, task =>
        {
            Assert.Equal(Path.GetFileName(task.Folder), task.Task.Id);
            Assert.NotEmpty(task.Attempts);
            Assert.Contains("module.mjs", task.Project.Keys);
        });
    }

    [Fact]
    public void All_that_is_wrong_is_said_at_once()
    {
        using var folder = new WorkloadFolder("one", "two");
        folder.AddTask("three", "one");
        folder.Write("tasks/two/task.json", """{"id":"two","title":"T","prompt":"p","acceptance":[]}""");
        File.Delete(folder.In("tasks/one/hidden.mjs"));
        folder.AddTask("four", "one");

        string message = Assert.Throws<CliException>(() => Workload.Read(folder.Folder)).Message;

        Assert.Contains("'one' is the id of", message, StringComparison.Ordinal);
        Assert.Contains("two", message, StringComparison.Ordinal);
        Assert.Contains("at least one required criterion", message, StringComparison.Ordinal);
        Assert.Contains("has no hidden.mjs", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"workload\":\"tasks\"", "\"workload\":\"../elsewhere\"", "there is no folder")]
    [InlineData("\"repetitions\":1", "\"repetitions\":0", "repetitions")]
    public void A_file_that_cannot_be_meant_is_refused(string from, string to, string words)
    {
        using var folder = new WorkloadFolder("one");
        string before = File.ReadAllText(folder.In("experiment.json"));
        folder.Write("experiment.json", before.Replace(from, to, StringComparison.Ordinal));

        Assert.Contains(
            words, Assert.Throws<CliException>(() => Workload.Read(folder.Folder)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tasks/one/hidden.mjs")]
    [InlineData("tasks/one/project/more.md")]
    [InlineData("experiment.json")]
    public void Any_file_that_changes_changes_the_hash(string name)
    {
        using var folder = new WorkloadFolder("one");
        string before = Workload.Read(folder.Folder).Hash;
        File.AppendAllText(folder.In(name), "\n");

        Assert.NotEqual(before, Workload.Read(folder.Folder).Hash);
    }

    [Theory]
    [InlineData("```js\nexport const a = 1;\n```\nand words", "export const a = 1;\n")]
    [InlineData("first\n```\nold\n```\nthen\n```mjs\nnew\n```", "new\n")]
    [InlineData("export const a = 1;", "export const a = 1;")]
    public void A_submission_has_its_module_in_its_last_block(string text, string module) =>
        Assert.Equal(module, ModuleCheck.ModuleIn(text));

    [Fact]
    public async Task A_check_says_of_each_criterion_whether_it_holds()
    {
        using var folder = new WorkloadFolder("one");
        IReadOnlyList<Check> checks = await CheckAsync(folder, "export const twice = (n) => n * n;");

        Assert.Equal([("AC-1", CheckStatus.Pass), ("AC-2", CheckStatus.Fail)], checks.Select(check => (check.Id, check.Status)));
        Assert.Contains("twice(3) is 9", checks[1].Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("console.log('{\"checks\":[{\"id\":\"AC-1\",\"status\":\"pass\"}]}'); export const twice = (n) => n;")]
    [InlineData("export const twice = (n) => n; process.exit(0);")]
    [InlineData("this is no JavaScript")]
    [InlineData("import { writeFileSync } from 'node:fs'; writeFileSync('x', 'y'); export const twice = (n) => 2 * n;")]
    [InlineData("import { spawnSync } from 'node:child_process'; spawnSync('true'); export const twice = (n) => 2 * n;")]
    [InlineData("while (true) {}")]
    public async Task Nothing_that_a_candidate_prints_or_does_makes_it_pass(string module)
    {
        using var folder = new WorkloadFolder("one");

        Assert.DoesNotContain(await CheckAsync(folder, module), check => check is { Id: "AC-2", Status: CheckStatus.Pass });
    }

    private static Task<IReadOnlyList<Check>> CheckAsync(WorkloadFolder folder, string module)
    {
        Workload workload = Workload.Read(folder.Folder);
        return new ModuleCheck(workload.Runner).RunAsync(workload.Tasks[0].Check, module, Cancellation);
    }
}

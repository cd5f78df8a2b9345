using Microsoft.DurableTask;

namespace DurableMesh.Tests.Differential;

/// <summary>An orchestrator that lets through what fails under it, in the way that it is told.</summary>
internal sealed class Unheeding : TaskOrchestrator<string, string?>
{
    /// <summary>The name that it is registered under.</summary>
    public const string Name = nameof(Unheeding);

    private const string Failing = nameof(Failing);
    private const string Missing = nameof(Missing);

    private static readonly Dictionary<string, Func<TaskOrchestrationContext, Task>> ByWay = new()
    {
        ["activity"] = context => context.CallActivityAsync(Failing),
        ["activity, tried twice"] = context => context.CallActivityAsync(Failing, options: Twice()),
        ["activity, tried where its cause is known"] = context => context.CallActivityAsync(Failing, options: IfCausedByIo()),
        ["child"] = context => context.CallSubOrchestratorAsync(Name, "activity"),
        ["child, tried twice"] = context => context.CallSubOrchestratorAsync(Name, "activity", Twice()),
        ["grandchild"] = context => context.CallSubOrchestratorAsync(Name, "child"),
        ["no such activity"] = context => context.CallActivityAsync(Missing, options: Twice()),
        ["no such child"] = context => context.CallSubOrchestratorAsync(Missing, options: Twice()),
        ["no event in time"] = context => context.WaitForExternalEvent<string>("none", TimeSpan.FromMilliseconds(1)),
        ["an exception with a cause"] = _ => throw new ArgumentException("Wrong.", new FormatException("Not so.")),
        ["an exception of many"] = _ => throw new AggregateException(new FormatException("One."), new FormatException("Two.")),
        ["a result of another type"] = context => context.CallSubOrchestratorAsync<int>(Name, "nothing"),
        ["nothing"] = _ => Task.CompletedTask,
    };

    /// <summary>The ways.</summary>
    public static IEnumerable<string> Ways => ByWay.Keys;

    /// <summary>Registers it, and the activity that fails.</summary>
    public static void Register(DurableTaskRegistry tasks)
    {
        tasks.AddOrchestrator(Name, () => new Unheeding());
        tasks.AddActivityFunc(Failing, Fail);
    }

    /// <inheritdoc/>
    public override async Task<string?> RunAsync(TaskOrchestrationContext context, string input)
    {
        await ByWay[input](context);
        return input;
    }

    private static Task<string> Fail(TaskActivityContext context) =>
        throw new InvalidOperationException("It fails.", new IOException("The store is away."));

    private static TaskOptions Twice() => TaskOptions.FromRetryPolicy(new RetryPolicy(2, TimeSpan.FromMilliseconds(1)));

    private static TaskOptions IfCausedByIo() => TaskOptions.FromRetryPolicy(new RetryPolicy(3, TimeSpan.FromMilliseconds(1))
    {
        HandleFailure = failure => failure.IsCausedBy<IOException>(),
    });
}

using System.Runtime.CompilerServices;
using DurableMesh.TaskHub;
using DurableMesh.TaskHub.History;
using DurableMesh.TaskHub.Log;
using DurableMesh.TaskHub.Orchestrations;
using DurableMesh.Tests.TaskHub.History;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging.Abstractions;
using Moq;

namespace DurableMesh.Tests.Functions.GoldenHistories;

/// <summary>
/// What the engine recorded of one instance from its start to its end: a file, named by orchestration and instance, of <see
/// cref="HistoryText"/>. Instances that run while a new version of the app is deployed hold the beginnings of such histories, so
/// the new code must replay them.
/// </summary>
/// <param name="File">The file's name under <see cref="Folder"/>: <c>{orchestration}/{instance id}.jsonl</c>.</param>
/// <param name="Events">All events.</param>
internal sealed record GoldenHistory(string File, IReadOnlyList<HistoryEvent> Events)
{
    private const string Extension = ".jsonl";

    /// <summary>Records every history anew; run it at the root of the repository.</summary>
    public const string RecordCommand =
        $"dotnet test --project tests/DurableMesh.Tests --explicit only --filter-class \"*.{nameof(RecordGoldenHistories)}\"";

    /// <summary>Where the recorded histories are, in the sources.</summary>
    public static string Folder { get; } = Path.Combine(Path.GetDirectoryName(ThisFile())!, "Recorded");

    /// <summary>The names of all files.</summary>
    public static IEnumerable<string> Files =>
        Directory.EnumerateFiles(Folder, $"*{Extension}", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Folder, path).Replace('\\', '/'))
            .Order(StringComparer.Ordinal);

    /// <summary>The orchestration that ran.</summary>
    public string Orchestration => Started.Name;

    private ExecutionStarted Started => Events.OfType<ExecutionStarted>().Single();

    /// <summary>The history of an instance that was just recorded.</summary>
    public static GoldenHistory Of(string orchestration, string instanceId, IReadOnlyList<HistoryEvent> events) =>
        new($"{orchestration}/{instanceId}{Extension}", events);

    public static GoldenHistory Read(string file) => new(file, HistoryText.Read(Lines(file)));

    /// <summary>The file as it is.</summary>
    public static string[] Lines(string file) => System.IO.File.ReadAllLines(Path.Combine(Folder, file));

    /// <summary>Writes the file, or writes over it.</summary>
    public void Write()
    {
        string path = Path.Combine(Folder, File);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        System.IO.File.WriteAllText(path, string.Concat(HistoryText.Write(Events).Select(line => $"{line}\n")));
    }

    /// <summary>Replays every execution, as the engine does when it brings the instance back.</summary>
    /// <param name="find">Finds the orchestrator's code by name.</param>
    /// <param name="converter">Turns values to text and back.</param>
    /// <exception cref="NonDeterministicOrchestrationException">
    /// The code does not do what the history says; the message says what to do about it.
    /// </exception>
    public void Replay(Func<string, ITaskOrchestrator?> find, DataConverter converter)
    {
        try
        {
            if (find(Orchestration) is null)
            {
                throw new NonDeterministicOrchestrationException(
                    $"The app has no orchestrator function '{Orchestration}' (any more).");
            }

            foreach (IEnumerable<HistoryEvent> execution in Executions())
            {
                Replay(execution, find, converter);
            }
        }
        catch (NonDeterministicOrchestrationException error)
        {
            throw new NonDeterministicOrchestrationException($"{File}: {error.Message}{Environment.NewLine}{Advice}");
        }
    }

    private string Advice => $"""
        This file is a recorded history. Instances of '{Orchestration}' that run while this change is deployed
        hold the like of it and would fail in the same way. Either
        - leave the orchestrator, and what it calls, as it was, and put the changed one beside it under a new function
          name, such as [Function("{Orchestration}_v2")]; start new instances by that name and record their histories too;
          delete the old function and its files once no instance of it runs; or
        - where no instance can be running (it was never deployed, or all have ended), record anew and review the diff:
          {RecordCommand}
        """;

    private void Replay(IEnumerable<HistoryEvent> execution, Func<string, ITaskOrchestrator?> find, DataConverter converter)
    {
        var history = new LogWriter();
        foreach (HistoryEvent fact in execution)
        {
            HistoryCodec.Write(history, fact);
        }

        OrchestratorEscapedException? escape = null;
        var executor = new OrchestrationExecutor(
            Orchestration,
            Path.GetFileNameWithoutExtension(File),
            Started.Parent,
            find(Orchestration) ?? throw new TaskRefusedException(
                TaskRefusedException.NoOrchestrator, $"The app has no orchestrator '{Orchestration}'."),
            new LocalTasks(new DurableTaskRegistry(), Mock.Of<IServiceProvider>()),
            converter,
            NullLoggerFactory.Instance,
            escaped => escape = escaped);
        executor.Replay(history.Written.Span);
        if (escape is not null)
        {
            throw new NonDeterministicOrchestrationException(escape.Message);
        }
    }

    /// <summary>
    /// Each execution (a continue-as-new begins another) without its last episode: the engine never replays the episode that ends
    /// an execution, so what the code does there can break no running instance.
    /// </summary>
    private IEnumerable<IEnumerable<HistoryEvent>> Executions()
    {
        var execution = new List<HistoryEvent>();
        foreach (HistoryEvent fact in Events)
        {
            if (fact is GenerationStarted or ExecutionCompleted or ExecutionTerminated)
            {
                yield return execution.Take(execution.FindLastIndex(one => one is EpisodeStarted));
                execution = [];
            }

            execution.Add(fact);
        }

        if (execution[0] is not (ExecutionCompleted or ExecutionTerminated))
        {
            yield return execution;
        }
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}

using System.Text.Json;
using DurableMesh.TaskHub.History;
using DurableMesh.TaskHub.Log;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;

namespace DurableMesh.TaskHub.Orchestrations;

/// <summary>
/// One execution of an orchestrator, alive in memory: takes input events, runs the code until it waits again, gives back output
/// events. <see cref="Replay"/> brings an execution back from its history and fails where the code no longer does what the
/// history says.
/// </summary>
internal sealed class OrchestrationExecutor
{
    private readonly string _name;
    private readonly string _instanceId;
    private readonly ITaskOrchestrator _orchestrator;
    private readonly DataConverter _converter;
    private readonly Failures _failures;
    private readonly ILogger _logger;
    private readonly OrchestrationScheduler _scheduler;
    private readonly OrchestrationContext _context;
    private readonly Queue<HistoryEvent> _inputs = new();
    private readonly ParentLink? _parent;
    private string? _input;
    private Task<object?>? _main;

    /// <param name="name">The orchestrator's name.</param>
    /// <param name="instanceId">The instance's id.</param>
    /// <param name="parent">Who waits for it, or null.</param>
    /// <param name="orchestrator">The orchestrator's code.</param>
    /// <param name="tasks">The worker's settings.</param>
    /// <param name="converter">Turns inputs and outputs to text and back.</param>
    /// <param name="loggerFactory">For the code's replay-safe loggers.</param>
    /// <param name="escaped">
    /// Told, on any thread, when the code leaves the orchestrator's thread. The execution is beyond repair then and must be
    /// failed.
    /// </param>
    public OrchestrationExecutor(
        string name,
        string instanceId,
        ParentLink? parent,
        ITaskOrchestrator orchestrator,
        LocalTasks tasks,
        DataConverter converter,
        ILoggerFactory loggerFactory,
        Action<OrchestratorEscapedException> escaped)
    {
        (_name, _instanceId, _parent, _orchestrator, _converter) = (name, instanceId, parent, orchestrator, converter);
        (_failures, _logger) = (tasks.Failures, WorkerLog.ForOrchestrations(loggerFactory));
        _scheduler = new OrchestrationScheduler(method => escaped(OrchestratorEscapedException.Because(
            _name, instanceId, $"awaited something that is not durable{(method is null ? "" : $" in {method}")}")));
        _context = new OrchestrationContext(instanceId, _scheduler, converter, loggerFactory, tasks.LongestTimer, escaped);
    }

    /// <summary>
    /// Runs the code through what it went through before. Inputs that it has not seen then are kept for the next episode.
    /// </summary>
    /// <exception cref="NonDeterministicOrchestrationException">The code does not do what the history says.</exception>
    /// <exception cref="InvalidDataException">The bytes are no history.</exception>
    public void Replay(ReadOnlySpan<byte> history)
    {
        var reader = new LogReader(history);
        var produced = new Queue<HistoryEvent>();
        while (!reader.AtEnd)
        {
            HistoryEvent recorded = HistoryCodec.Read(ref reader);
            switch (recorded)
            {
                case CustomStatusSet:
                    break;
                case EpisodeStarted episode:
                    ExpectNothing(produced);
                    Run(episode.At, episode);
                    produced = new Queue<HistoryEvent>(_context.TakeOutputs());
                    break;
                case { IsOutput: true } and not GenerationStarted:
                    Expect(recorded, produced.TryDequeue(out HistoryEvent? met) ? met : null);
                    break;
                default:
                    Accept(recorded);
                    break;
            }
        }

        ExpectNothing(produced);
        _context.TakeCustomStatus();
    }

    /// <summary>Takes an input for the next episode.</summary>
    public void Accept(HistoryEvent input)
    {
        switch (input)
        {
            case ExecutionStarted started:
                Prepare(started.Input, started.Version);
                break;
            case GenerationStarted generation:
                Prepare(generation.Input, generation.Version);
                foreach (EventRaised carried in generation.Carried)
                {
                    _inputs.Enqueue(carried);
                }

                break;
            case ExecutionSuspended or ExecutionResumed or ExecutionRewound:
                break;
            default:
                _inputs.Enqueue(input);
                break;
        }
    }

    /// <summary>
    /// Lets the code see all inputs that were accepted, at <paramref name="now"/>, until it waits again. Answers the episode
    /// and what it produced: its calls, then the last custom status, then the end of the execution if it has come.
    /// </summary>
    public List<HistoryEvent> RunEpisode(DateTime now, Func<string> newExecutionId)
    {
        Run(now, recorded: null);
        List<HistoryEvent> outputs = [new EpisodeStarted(now, _context.TakeSplit()), .. _context.TakeOutputs()];
        if (_context.TakeCustomStatus() is { } status)
        {
            outputs.Add(status);
        }

        if (_main is { IsCompleted: true })
        {
            outputs.Add(End(newExecutionId));
        }

        return outputs;
    }

    private void Run(DateTime now, EpisodeStarted? recorded)
    {
        _context.Begin(now, recorded);
        if (_main is null)
        {
            // Events from before the start are there when the code first asks for them.
            while (_inputs.TryPeek(out HistoryEvent? early) && early is EventRaised raised)
            {
                _inputs.Dequeue();
                _context.Buffer(raised);
            }

            Start();
        }

        while (_inputs.TryDequeue(out HistoryEvent? input))
        {
            _scheduler.Run(() => _context.Deliver(input));
        }
    }

    private HistoryEvent End(Func<string> newExecutionId)
    {
        if (_main!.IsCompletedSuccessfully && _context.NextGeneration is { } next)
        {
            return new GenerationStarted(
                newExecutionId(), next.Input, next.PreserveUnprocessedEvents ? _context.UnprocessedEvents : [], next.Version);
        }

        if (!_main.IsCompletedSuccessfully)
        {
            return Fail(_main.Exception?.InnerException ?? new TaskCanceledException(_main));
        }

        try
        {
            var end = new ExecutionCompleted(_converter.Serialize(_main.Result), null);
            WorkerLog.OrchestrationCompleted(_logger, _instanceId, _name);
            return end;
        }
        catch (Exception error)
            when (error is NotSupportedException or JsonException or InvalidOperationException or ArgumentException)
        {
            return Fail(error);
        }
    }

    private ExecutionCompleted Fail(Exception error)
    {
        WorkerLog.OrchestrationFailed(_logger, error, _instanceId, _name);
        return new ExecutionCompleted(null, _failures.OfOrchestrator(error));
    }

    private void Prepare(string? input, string? version)
    {
        _input = input;
        _context.Describe(_name, input, version, _parent);
    }

    private void Start()
    {
        _scheduler.Run(() => _main = RunAsync());

        // A main task that completes on another thread queues this from there, and the scheduler reports it: code that escaped
        // may return without another call into the context.
        _main!.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, _scheduler);
    }

    private async Task<object?> RunAsync()
    {
        object? argument = _input is null ? null : _converter.Deserialize(_input, _orchestrator.InputType);
        _context.Argument = argument;
        if (!_context.IsReplaying)
        {
            WorkerLog.OrchestrationStarted(_logger, _instanceId, _name);
        }

        return await _orchestrator.RunAsync(_context, argument);
    }

    private void ExpectNothing(Queue<HistoryEvent> produced)
    {
        if (produced.TryPeek(out HistoryEvent? extra))
        {
            throw Diverged("nothing more", Describe(extra));
        }
    }

    private void Expect(HistoryEvent recorded, HistoryEvent? met)
    {
        if (met is null || !recorded.Equals(met))
        {
            throw Diverged(Describe(recorded, met), met is null ? DescribeNothing() : Describe(met, recorded));
        }
    }

    private string DescribeNothing() => _main?.Exception?.InnerException is { } error
        ? $"nothing but throw {error.GetType()}: {error.Message}"
        : "nothing";

    private NonDeterministicOrchestrationException Diverged(string expected, string met) => new(
        $"Orchestrator '{_name}' ({_instanceId}) does not replay: its history expects {expected}, the code did {met}. "
        + "The code must be deterministic; was it changed while instances were running? "
        + "Give a changed orchestration a new name or version.");

    private static string Describe(HistoryEvent output, HistoryEvent? beside = null) => output switch
    {
        ActivityScheduled e => $"activity '{e.Name}' (task {e.Id}) with input {Excerpt(output, beside)}",
        TimerCreated e => $"a timer (task {e.Id}) for {e.FireAt:O}",
        TimerCanceled e => $"the end of timer {e.Id}",
        SubOrchestrationScheduled e =>
            $"sub-orchestration '{e.Name}' (task {e.Id}, instance {e.InstanceId}) with input {Excerpt(output, beside)}",
        EventSent e => $"event '{e.Name}' (task {e.Id}) to {e.InstanceId} with {Excerpt(output, beside)}",
        _ => output.GetType().Name,
    };

    /// <summary>The input of <paramref name="output"/>; of a long one the part where it begins to differ.</summary>
    private static string Excerpt(HistoryEvent output, HistoryEvent? beside)
    {
        const int Longest = 200;
        const int Before = 60;
        if (InputOf(output) is not { } text)
        {
            return "(none)";
        }

        string other = InputOf(beside) ?? string.Empty;
        int start = text.Length <= Longest || text == other ? 0 : Math.Max(0, text.AsSpan().CommonPrefixLength(other) - Before);
        int length = Math.Min(Longest, text.Length - start);
        return $"{(start > 0 ? "…" : "")}{text.AsSpan(start, length)}{(start + length < text.Length ? "…" : "")}";
    }

    private static string? InputOf(HistoryEvent? output) => output switch
    {
        ActivityScheduled e => e.Input,
        SubOrchestrationScheduled e => e.Input,
        EventSent e => e.Input,
        _ => null,
    };
}

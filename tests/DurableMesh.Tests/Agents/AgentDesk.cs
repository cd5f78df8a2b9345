using System.Collections.Concurrent;
using DurableMesh.Agents;
using DurableMesh.Agents.Commands;
using DurableMesh.Agents.Runs;
using DurableMesh.Agents.Workspaces;
using DurableMesh.Client;
using DurableMesh.Core.Wire;
using DurableMesh.Tests.Cli;
using Microsoft.Extensions.Logging;

namespace DurableMesh.Tests.Agents;

/// <summary>An agent's runner with a command, over a mesh with the real rules, in a folder of its own.</summary>
internal sealed class AgentDesk : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop =
        CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private readonly AgentHome _home;
    private readonly AgentRunner _runner;
    private Task _running = Task.CompletedTask;

    /// <summary>Prepares a runner; it begins with <see cref="Start"/>.</summary>
    /// <param name="mesh">The mesh.</param>
    /// <param name="command">The command.</param>
    /// <param name="agent">The agent.</param>
    /// <param name="folder">Where it works, and where its home stands unless another is named.</param>
    /// <param name="home">The home; within the folder where null.</param>
    /// <param name="change">Changes the options.</param>
    public AgentDesk(
        FakeMesh mesh,
        string command,
        string folder,
        string agent = Sample.Verifier,
        string? home = null,
        Func<MeshAgentOptions, MeshAgentOptions>? change = null)
        : this(
            mesh,
            options => new CommandHandler(new CommandOptions(command, new Uri(mesh.Url), options.Key)),
            folder,
            agent,
            home,
            change)
    {
    }

    /// <summary>Prepares a runner with any handler.</summary>
    public AgentDesk(
        FakeMesh mesh,
        Func<MeshAgentOptions, IAgentHandler> handler,
        string folder,
        string agent = Sample.Verifier,
        string? home = null,
        Func<MeshAgentOptions, MeshAgentOptions>? change = null)
    {
        var options = new MeshAgentOptions
        {
            Agent = agent,
            Workspaces = new SharedFolder(folder),

            // Its time runs a hundred times faster, while requests take what they take: a lease must outlast some.
            Timeout = TimeSpan.FromHours(5),
            Lease = TimeSpan.FromMinutes(10),
        };
        options = change?.Invoke(options) ?? options;
        _home = AgentHome.Open(home ?? Path.Combine(folder, "home"), agent);
        _runner = new AgentRunner(
            options, handler(options), MeshClient.Connect(new Uri(mesh.Url)), _home, new Listener(Said), new HurriedTime(100));
    }

    /// <summary>What the runner said.</summary>
    public ConcurrentQueue<string> Said { get; } = new();

    /// <summary>What it knows of its threads.</summary>
    public RunJournal Journal => _home.Journal;

    /// <summary>Begins.</summary>
    public AgentDesk Start()
    {
        _running = _runner.RunAsync(_stop.Token);
        return this;
    }

    /// <summary>Waits until the runner has nothing more to do with a thread: it is done with it, or has given up.</summary>
    public async Task UntilAsync(string threadId, params RunState[] states)
    {
        while (!states.Contains(Journal.Read(threadId).State))
        {
            await Task.Delay(1, _stop.Token);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await ((Task)_running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _runner.Dispose();
        _home.Dispose();
        _stop.Dispose();
    }

    private sealed class Listener(ConcurrentQueue<string> said) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Say($"{formatter(state, exception)} {exception}");

        private void Say(string line)
        {
            said.Enqueue(line);
            TestContext.Current.TestOutputHelper?.WriteLine(line);
        }
    }
}

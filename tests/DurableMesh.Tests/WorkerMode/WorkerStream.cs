using System.Collections.Concurrent;
using System.Threading.Channels;
using DurableMesh.Tests.WorkerMode.Rpc;
using Grpc.Core;

namespace DurableMesh.Tests.WorkerMode;

/// <summary>The host's end of the stream that a worker opens: requests go out, and each finds its answer by its id.</summary>
internal sealed class WorkerStream : FunctionRpc.FunctionRpcBase
{
    private readonly Channel<StreamingMessage> _out = Channel.CreateUnbounded<StreamingMessage>();
    private readonly ConcurrentDictionary<string, TaskCompletionSource<StreamingMessage>> _asked = new();
    private readonly TaskCompletionSource<string> _worker = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The id of the worker, once it has called.</summary>
    public Task<string> Worker => _worker.Task;

    /// <summary>What the worker logged.</summary>
    public ConcurrentQueue<RpcLog> Logs { get; } = new();

    /// <summary>Sends a request and waits for its answer.</summary>
    public async Task<StreamingMessage> AskAsync(StreamingMessage request, CancellationToken cancellation)
    {
        request.RequestId = Guid.NewGuid().ToString();
        var answer = new TaskCompletionSource<StreamingMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
        _asked[request.RequestId] = answer;
        Tell(request);
        return await answer.Task.WaitAsync(cancellation);
    }

    /// <summary>Sends what has no answer.</summary>
    public void Tell(StreamingMessage message) => _out.Writer.TryWrite(message);

    /// <inheritdoc/>
    public override async Task EventStream(
        IAsyncStreamReader<StreamingMessage> requestStream,
        IServerStreamWriter<StreamingMessage> responseStream,
        ServerCallContext context)
    {
        Task writing = WriteAsync(responseStream, context.CancellationToken);
        try
        {
            await foreach (StreamingMessage message in requestStream.ReadAllAsync(context.CancellationToken))
            {
                Take(message);
            }
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException)
        {
            // The worker has ended.
        }

        _out.Writer.TryComplete();
        await writing;
    }

    private void Take(StreamingMessage message)
    {
        switch (message.ContentCase)
        {
            case StreamingMessage.ContentOneofCase.StartStream:
                _worker.TrySetResult(message.StartStream.WorkerId);
                break;
            case StreamingMessage.ContentOneofCase.RpcLog:
                Logs.Enqueue(message.RpcLog);
                break;
            default:
                if (_asked.TryRemove(message.RequestId, out TaskCompletionSource<StreamingMessage>? answer))
                {
                    answer.SetResult(message);
                }

                break;
        }
    }

    private async Task WriteAsync(IServerStreamWriter<StreamingMessage> stream, CancellationToken cancellation)
    {
        try
        {
            await foreach (StreamingMessage message in _out.Reader.ReadAllAsync(cancellation))
            {
                await stream.WriteAsync(message, cancellation);
            }
        }
        catch (OperationCanceledException)
        {
            // The worker has ended.
        }
    }
}

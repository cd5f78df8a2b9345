namespace DurableMesh.TaskHub;

/// <summary>Waiting for a task or a cancellation, whichever comes first.</summary>
internal static class CancellableWait
{
    /// <summary>
    /// Like <see cref="Task{T}.WaitAsync(CancellationToken)"/>, but goes on in the caller's scheduler. That one completes in the
    /// thread pool when the task's continuations run asynchronously, out of a simulation's reach.
    /// </summary>
    public static async Task<T> OrCancelledAsync<T>(this Task<T> task, CancellationToken cancellation) => task.IsCompleted
        ? await task
        : await await task.ContinueWith(static done => done, cancellation, TaskContinuationOptions.None, TaskScheduler.Current);
}

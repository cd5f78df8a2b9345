using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Functions.GoldenHistories;

/// <summary>One life of a thread, to be recorded.</summary>
/// <param name="Name">Its name, and the thread's id.</param>
/// <param name="End">How it ends.</param>
/// <param name="Steps">What happens.</param>
internal sealed record ThreadScenario(string Name, EndReason End, Func<ThreadRecorder, Task> Steps);

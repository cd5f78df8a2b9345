using System.Diagnostics;

using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Marks the <c>TaskOrchestrationContext</c> of an orchestrator function.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
[DebuggerDisplay("{Orchestration}")]
public sealed class OrchestrationTriggerAttribute : TriggerBindingAttribute
{
    /// <summary>The orchestration's name; null stands for the function's name.</summary>
    public string? Orchestration { get; set; }
}

/// <summary>Marks the input of an activity function.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
[DebuggerDisplay("{Activity}")]
public sealed class ActivityTriggerAttribute : TriggerBindingAttribute
{
    /// <summary>The activity's name; null stands for the function's name.</summary>
    public string? Activity { get; set; }
}

/// <summary>Binds a <c>DurableTaskClient</c> for the app's task hub.</summary>
public sealed class DurableClientAttribute : InputBindingAttribute
{
    /// <summary>The task hub; null stands for the app's own. The local host knows no other.</summary>
    public string? TaskHub { get; set; }

    /// <summary>The name of the connection string; null stands for <c>AzureWebJobsStorage</c>, the only one here.</summary>
    public string? ConnectionName { get; set; }
}

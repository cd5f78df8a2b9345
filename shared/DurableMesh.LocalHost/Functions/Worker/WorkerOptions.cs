using Azure.Core.Serialization;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>How the worker behaves.</summary>
public class WorkerOptions
{
    /// <summary>
    /// Writes what HTTP functions return, and reads and writes the data of orchestrations and activities. Null stands for
    /// System.Text.Json that ignores the case of property names when it reads.
    /// </summary>
    public ObjectSerializer? Serializer { get; set; }
}

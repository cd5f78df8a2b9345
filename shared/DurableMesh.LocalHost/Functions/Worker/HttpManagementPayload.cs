namespace Microsoft.Azure.Functions.Worker;

/// <summary>Where one orchestration instance can be asked about and managed over HTTP.</summary>
public class HttpManagementPayload
{
    /// <summary>The instance id.</summary>
    public string? Id { get; internal set; }

    /// <summary>GET: the instance's status.</summary>
    public string? StatusQueryGetUri { get; internal set; }

    /// <summary>POST: raises an event; <c>{eventName}</c> stands for its name.</summary>
    public string? SendEventPostUri { get; internal set; }

    /// <summary>POST: ends the instance; <c>{text}</c> stands for the reason.</summary>
    public string? TerminatePostUri { get; internal set; }

    /// <summary>POST: rewinds a failed instance. Null where the host cannot rewind, as the local one.</summary>
    public string? RewindPostUri { get; internal set; }

    /// <summary>DELETE: removes the ended instance and its history.</summary>
    public string? PurgeHistoryDeleteUri { get; internal set; }

    /// <summary>POST: starts the instance again with its input.</summary>
    public string? RestartPostUri { get; internal set; }

    /// <summary>POST: suspends the instance; <c>{text}</c> stands for the reason.</summary>
    public string? SuspendPostUri { get; internal set; }

    /// <summary>POST: resumes the instance; <c>{text}</c> stands for the reason.</summary>
    public string? ResumePostUri { get; internal set; }
}

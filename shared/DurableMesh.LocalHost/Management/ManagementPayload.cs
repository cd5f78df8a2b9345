namespace DurableMesh.LocalHost;

/// <summary>Where one orchestration instance can be asked about and managed over HTTP.</summary>
public record ManagementPayload
{
    /// <summary>The instance id.</summary>
    public string? Id { get; init; }

    /// <summary>GET: the instance's status.</summary>
    public string? StatusQueryGetUri { get; init; }

    /// <summary>POST: raises an event; <c>{eventName}</c> stands for its name.</summary>
    public string? SendEventPostUri { get; init; }

    /// <summary>POST: ends the instance; <c>{text}</c> stands for the reason.</summary>
    public string? TerminatePostUri { get; init; }

    /// <summary>POST: rewinds a failed instance; <c>{text}</c> stands for the reason.</summary>
    public string? RewindPostUri { get; init; }

    /// <summary>DELETE: removes the ended instance and its history.</summary>
    public string? PurgeHistoryDeleteUri { get; init; }

    /// <summary>POST: starts the instance again with its input.</summary>
    public string? RestartPostUri { get; init; }

    /// <summary>POST: suspends the instance; <c>{text}</c> stands for the reason.</summary>
    public string? SuspendPostUri { get; init; }

    /// <summary>POST: resumes the instance; <c>{text}</c> stands for the reason.</summary>
    public string? ResumePostUri { get; init; }
}

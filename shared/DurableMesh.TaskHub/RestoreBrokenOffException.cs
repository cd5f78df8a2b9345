namespace DurableMesh.TaskHub;

/// <summary>A restore into the task hub was begun and has not come to its end: nothing may run on what there is of it.</summary>
public sealed class RestoreBrokenOffException : Exception
{
    /// <summary>Names the place.</summary>
    /// <param name="where">The container.</param>
    public RestoreBrokenOffException(string where)
        : base($"A restore into {where} is not over, or was broken off. Run it again: it begins anew.")
    {
    }
}

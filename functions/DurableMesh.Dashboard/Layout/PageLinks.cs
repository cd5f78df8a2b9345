namespace DurableMesh.Dashboard.Layout;

/// <summary>Addresses of pages.</summary>
public static class PageLinks
{
    /// <summary>A page with what it is asked; what is not given is left out.</summary>
    /// <param name="path">The page.</param>
    /// <param name="query">What it is asked, by the parameters' names.</param>
    public static string Of(string path, params ReadOnlySpan<(string Name, string? Value)> query)
    {
        var address = path;
        foreach (var (name, value) in query)
        {
            if (value is { Length: > 0 })
            {
                address += $"{(address.Length == path.Length ? '?' : '&')}{name}={Uri.EscapeDataString(value)}";
            }
        }

        return address;
    }

    /// <summary>The page of an agent.</summary>
    /// <param name="id">Its id.</param>
    public static string Agent(string id) => $"/agents/{Uri.EscapeDataString(id)}";

    /// <summary>The page of a task.</summary>
    /// <param name="id">Its id.</param>
    public static string Task(string id) => id.All(IsPlain) && id.Trim('.').Length > 0
        ? $"/tasks/{Uri.EscapeDataString(id)}"
        : Of("/tasks", ("id", id));

    /// <summary>The page of a thread.</summary>
    /// <param name="id">Its id.</param>
    public static string Thread(string id) => $"/threads/{Uri.EscapeDataString(id)}";

    /// <summary>Whether a character of an address stands for itself, wherever it stands.</summary>
    private static bool IsPlain(char one) => char.IsAsciiLetterOrDigit(one) || one is '.' or '_' or ':' or '-';
}

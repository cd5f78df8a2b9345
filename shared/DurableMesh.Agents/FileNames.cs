namespace DurableMesh.Agents;

/// <summary>Makes file names of the ids that come from elsewhere.</summary>
internal static class FileNames
{
    /// <summary>
    /// A name in the folder where it is used, whatever the id is; <see cref="Uri.UnescapeDataString(string)"/> undoes it.
    /// </summary>
    public static string Of(string id)
    {
        var name = Uri.EscapeDataString(id);

        // A dot is left as it is, and ".." is a folder elsewhere.
        return name.StartsWith('.') ? $"%2E{name[1..]}" : name;
    }
}

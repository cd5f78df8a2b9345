namespace DurableMesh.Cli.Demo;

/// <summary>A patch in the builder's drawer: which check it answers, and what that check must say for it to fit.</summary>
/// <param name="Name">The file's name.</param>
/// <param name="Subject">What it does, in a sentence.</param>
/// <param name="Answers">The id of the check.</param>
/// <param name="Symptom">Words of the failing check's detail.</param>
/// <param name="Patch">The whole file.</param>
internal sealed record PreparedFix(string Name, string Subject, string Answers, string Symptom, string Patch)
{
    /// <summary>Reads all fixes of a folder, in the order of their names.</summary>
    public static IReadOnlyList<PreparedFix> ReadAll(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*.patch").Order(StringComparer.Ordinal).Select(Read)];

    /// <summary>Whether this is the fix for a check that failed so.</summary>
    public bool Fits(string checkId, string detail) =>
        Answers == checkId && detail.Contains(Symptom, StringComparison.Ordinal);

    private static PreparedFix Read(string file)
    {
        var patch = File.ReadAllText(file);
        var headers = patch.Split('\n').TakeWhile(line => line.Length > 0)
            .Select(line => line.Split(": ", 2))
            .Where(header => header.Length == 2)
            .ToDictionary(header => header[0], header => header[1], StringComparer.Ordinal);
        return new PreparedFix(
            Path.GetFileName(file), headers["Subject"], headers["Answers"], headers["Symptom"], patch);
    }
}

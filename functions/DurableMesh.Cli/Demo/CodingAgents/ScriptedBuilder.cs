using System.Text.RegularExpressions;
using DurableMesh.Cli.Demo.ScriptedModel;

namespace DurableMesh.Cli.Demo.CodingAgents;

/// <summary>
/// The model of the demo's builder: reads the library once in a session, hands it in as it is, and after each verdict writes the
/// files anew
/// with those prepared patches that answer what failed. It learns what failed from its prompt alone.
/// </summary>
/// <param name="fixes">The prepared patches.</param>
/// <param name="project">The project that the agent works in.</param>
internal sealed partial class ScriptedBuilder(IReadOnlyList<PreparedFix> fixes, string project)
{
    private readonly HashSet<PreparedFix> _applied = [];
    private string _account = "";

    /// <summary>Answers one request.</summary>
    public ModelAnswer Answer(ModelRequest request)
    {
        if (!request.Messages.Any(message => message.Role == ModelRole.Tool))
        {
            return ModelAnswer.Call([.. Sources().Select(file => request.Read(Path.GetRelativePath(project, file)))]);
        }

        var lastWords = request.Messages.Last(message => message.Role == ModelRole.User).Text;
        var failing = FailedCheck().Matches(lastWords)
            .Select(check => (Id: check.Groups[1].Value, Detail: check.Groups[2].Value))
            .ToList();
        if (failing.Count == 0)
        {
            return ModelAnswer.Say("the library as it stands: please check it");
        }

        var chosen = failing
            .Select(check => fixes.FirstOrDefault(fix => !_applied.Contains(fix) && fix.Fits(check.Id, check.Detail)))
            .OfType<PreparedFix>()
            .ToList();
        if (chosen.Count == 0)
        {
            // The files are written: this is the end of the turn.
            return ModelAnswer.Say(_account);
        }

        _account = string.Join('\n', chosen.Select(fix => $"{fix.Answers}: {fix.Subject}"));
        _applied.UnionWith(chosen);
        return ModelAnswer.Call([.. Mend(chosen).Select(file => request.Write(file.Path, file.Text))]);
    }

    private IEnumerable<(string Path, string Text)> Mend(IEnumerable<PreparedFix> chosen)
    {
        var texts = new Dictionary<string, string>();
        foreach (var diff in chosen.SelectMany(fix => UnifiedDiff.Parse(fix.Patch)))
        {
            var path = Path.Combine("library", Path.GetFileName(diff.Path));
            var text = texts.GetValueOrDefault(path) ?? File.ReadAllText(Path.Combine(project, path));
            texts[path] = diff.Apply(text);
        }

        return texts.Select(file => (file.Key, file.Value));
    }

    private IEnumerable<string> Sources() =>
        Directory.EnumerateFiles(Path.Combine(project, "library"), "*.cs").Order(StringComparer.Ordinal);

    [GeneratedRegex(@"^- (AC-\d+) \(fail\): (.*)$", RegexOptions.Multiline)]
    private static partial Regex FailedCheck();
}

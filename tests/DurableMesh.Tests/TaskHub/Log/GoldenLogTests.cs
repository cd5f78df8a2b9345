using System.Runtime.CompilerServices;
using DurableMesh.TaskHub.History;
using DurableMesh.TaskHub.Log;
using DurableMesh.Tests.TaskHub.History;

namespace DurableMesh.Tests.TaskHub.Log;

/// <summary>
/// Commits that were written once must stay readable for ever. Each line of a recorded log is one commit in base64, and the same
/// line of the text beside it is the event in it.
/// </summary>
public sealed class GoldenLogTests
{
    private const string InstanceId = "order-1";

    private static readonly string Folder = Path.Combine(Path.GetDirectoryName(ThisFile())!, "Recorded");

    public static TheoryData<string> Logs => [.. Texts.Select(text => Path.GetFileNameWithoutExtension(text))];

    private static string[] Texts => Directory.GetFiles(Folder, "*.jsonl");

    [Theory]
    [MemberData(nameof(Logs))]
    public void Commits_of_the_past_are_read_as_the_events_that_they_were(string log)
    {
        string[] text = File.ReadAllLines(Path.Combine(Folder, $"{log}.jsonl"));
        string commits = Path.Combine(Folder, $"{log}.base64");
        Assert.True(
            File.Exists(commits),
            $"{log}.base64 is missing. Today's code writes it so:\n{string.Join('\n', HistoryText.Read(text).Select(Commit))}");

        IEnumerable<HistoryEvent> events = File.ReadLines(commits)
            .SelectMany(commit => CommittedEvents.Read(Convert.FromBase64String(commit), InstanceId));

        Assert.Equal(text, HistoryText.Write(events));
    }

    [Fact]
    public void Every_kind_of_event_is_in_a_recorded_log()
    {
        var recorded = Texts.SelectMany(text => HistoryText.Read(File.ReadLines(text))).Select(fact => fact.GetType());

        Type[] missing = [.. HistoryText.Kinds.Except(recorded)];

        Assert.True(
            missing.Length == 0,
            $"No recorded log holds {string.Join(", ", missing.Select(kind => kind.Name))}: write such events into a new text "
            + "beside log-1.jsonl; the test of it then says what belongs into its .base64.");
    }

    private static string Commit(HistoryEvent fact, int index)
    {
        var events = new LogWriter();
        HistoryCodec.Write(events, fact);
        var batch = new CommitBatch(index + 1);
        batch.Records.InstanceEvents(InstanceId, events.Written.Span);
        CommitFrame.Seal(batch.Buffer.Written.Span, batch.Number, more: false);
        return Convert.ToBase64String(batch.Buffer.Written.Span);
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}

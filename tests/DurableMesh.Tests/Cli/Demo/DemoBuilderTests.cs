using DurableMesh.Agents;
using DurableMesh.Cli;
using DurableMesh.Cli.Demo;
using DurableMesh.Core.Wire;
using Judgement = DurableMesh.Core.Wire.Verdict;

namespace DurableMesh.Tests.Cli.Demo;

public sealed class DemoBuilderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mesh-demo-").FullName;
    private readonly DemoMaterial _material = new(Installation.FindOrNull()!.DemoMaterial);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_brief_is_answered_with_the_library_as_it_stands()
    {
        var reply = Answer(Sample.Message(MessageKind.Brief));

        Assert.Equal(MessageKind.Submission, reply!.Kind);
        Assert.Equal(Directory.GetFiles(_material.Library, "*.cs").Length, reply.Artifacts.Count);
        Assert.All(reply.Artifacts, artifact => Assert.StartsWith("library/", artifact.Name, StringComparison.Ordinal));
    }

    [Fact]
    public void Only_patches_whose_check_failed_with_their_symptom_are_chosen()
    {
        var reply = Answer(Verdict(
            FirstDraft(),
            ("AC-4", "a line break in quotes: it is lost"),
            ("AC-6", "something nobody has seen before")));

        Assert.Equal(["fixes/21-line-break-in-quotes.patch"], Patches(reply!));
    }

    [Fact]
    public void The_same_check_with_another_symptom_gets_the_other_patch_on_top_of_the_first()
    {
        var first = Answer(Verdict(FirstDraft(), ("AC-4", "a line break in quotes: it is lost")))!;

        var second = Answer(Verdict(first.Artifacts, ("AC-4", "the line of the row after it: expected 4, got 3")));

        Assert.Equal(["fixes/21-line-break-in-quotes.patch", "fixes/30-lines-in-quotes.patch"], Patches(second!));
    }

    [Fact]
    public void A_patch_that_was_submitted_already_is_not_submitted_again()
    {
        var first = Answer(Verdict(FirstDraft(), ("AC-7", "decimal comma")))!;

        var second = Answer(Verdict(first.Artifacts, ("AC-7", "decimal comma")));

        Assert.Equal(MessageKind.Question, second!.Kind);
        Assert.Contains("AC-7", second.Body!.ToDisplayText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(MessageKind.Finding)]
    [InlineData(MessageKind.Note)]
    public void There_is_nothing_to_say_to_a(MessageKind kind) => Assert.Null(Answer(Sample.Message(kind)));

    [Fact]
    public void A_run_that_is_repeated_says_the_very_same()
    {
        var verdict = Verdict(FirstDraft(), ("AC-1", "error CS1503"), ("AC-3", "a doubled quote"));

        Assert.Equivalent(Answer(verdict), Answer(verdict), strict: true);
    }

    [Fact]
    public void All_patches_fit_upon_each_other_in_the_order_of_their_names()
    {
        var patches = PreparedFix.ReadAll(_material.Fixes).Select(fix => Workpiece.HandOverPatch(fix, _folder));

        Workpiece.Compose(FirstDraft().Concat(patches), Path.Combine(_folder, "all"));

        var reader = File.ReadAllText(Path.Combine(_folder, "all", "CsvReader.cs"));
        Assert.Contains("_rowLine, \"the quote", reader, StringComparison.Ordinal);
    }

    [Fact]
    public void Work_that_is_not_what_its_hash_says_is_refused()
    {
        var draft = FirstDraft().ToList();
        draft[0] = draft[0] with { Sha256 = new string('0', 64) };

        var unsound = Assert.Throws<UnsoundWorkException>(() => Workpiece.Compose(draft, Path.Combine(_folder, "bad")));

        Assert.Contains(draft[0].Name, unsound.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_task_is_a_request_that_a_mesh_takes_and_every_patch_answers_one_of_its_criteria()
    {
        var task = RequestReader.ReadStartThread(File.ReadAllBytes(_material.Task));

        Assert.Empty(task.Errors);
        var criteria = task.Value!.Brief.Acceptance.Select(criterion => criterion.Id).ToList();
        Assert.All(PreparedFix.ReadAll(_material.Fixes), fix => Assert.Contains(fix.Answers, criteria));
    }

    private AgentReply? Answer(MessageView message) => new DemoBuilder(_material, _folder)
        .Answer(new AgentTurn(Sample.Thread(), Sample.Message(MessageKind.Brief), message, []));

    private IReadOnlyList<Artifact> FirstDraft() => Answer(Sample.Message(MessageKind.Brief))!.Artifacts;

    private static MessageView Verdict(IReadOnlyList<Artifact> about, params (string Id, string Detail)[] failing) =>
        Sample.Message(MessageKind.Verdict) with
        {
            Verdict = Judgement.Fail,
            Artifacts = about,
            Checks = [.. failing.Select(check => Laboratory.Failed(check.Id, check.Detail, location: null))],
        };

    private static IEnumerable<string> Patches(AgentReply reply) =>
        reply.Artifacts.Select(artifact => artifact.Name).Where(name => name.StartsWith("fixes/", StringComparison.Ordinal));
}

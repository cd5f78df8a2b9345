using DurableMesh.Agents;
using DurableMesh.Agents.Prompts;
using DurableMesh.Core.Wire;
using DurableMesh.Tests.Cli;

namespace DurableMesh.Tests.Agents.Prompts;

public sealed class PromptTemplatesTests : IDisposable
{
    private static readonly MessageView Brief = Sample.Message(MessageKind.Brief) with
    {
        Body = JsonText.OfString("Keep quoted newlines."),
        Checks =
        [
            new Check { Id = "AC-1", Title = "newline kept", Status = CheckStatus.Skipped, Required = true },
            new Check { Id = "AC-2", Title = "fast", Status = CheckStatus.Skipped, Required = false },
        ],
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("mesh-prompts-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_builder_hears_its_part_the_brief_and_that_it_is_to_begin()
    {
        var turn = new AgentTurn(Sample.Thread(), Brief, Brief, []);
        var prompt = PromptTemplates.Default.Whole(turn, Sample.Builder, isFirst: true);

        Assert.StartsWith("You are codecraft-builder, the builder in a dialogue about task 101959. proveo-verifier", prompt);
        Assert.Contains("CSV reader handles quoted newlines\nKeep quoted newlines.\n", prompt);
        Assert.Contains("\n- AC-1 (required): newline kept\n- AC-2 (optional): fast\n", prompt);
        Assert.Contains("\nBegin now: ", prompt);
        Assert.DoesNotContain("{{", prompt);
    }

    [Fact]
    public void A_session_that_goes_on_hears_only_what_is_new()
    {
        var finding = Sample.Message(MessageKind.Finding, 3);
        var verdict = Sample.Message(MessageKind.Verdict, 4) with
        {
            Checks = [new Check { Id = "AC-1", Status = CheckStatus.Fail, Detail = "row 7", Location = "a.cs:1" }],
        };
        var turn = new AgentTurn(Sample.Thread() with { Round = 1 }, Brief, verdict, [finding, verdict]);
        var prompt = PromptTemplates.Default.Whole(turn, Sample.Builder, isFirst: false);

        Assert.StartsWith("News from proveo-verifier:", prompt);
        Assert.Contains("message 3, finding, from proveo-verifier]]\nwords of message 3\n", prompt);
        Assert.Contains(
            "message 4, verdict fail, from proveo-verifier]]\nwords of message 4\n- AC-1 (fail): row 7; a.cs:1\n", prompt);
        Assert.DoesNotContain("Keep quoted newlines", prompt);
        Assert.Single(prompt.Split("message 4,").Skip(1));
    }

    [Fact]
    public void A_lost_session_hears_everything_again()
    {
        var verdict = Sample.Message(MessageKind.Verdict, 4);
        var turn = new AgentTurn(Sample.Thread(), Brief, verdict, [verdict]);
        var prompt = PromptTemplates.Default.Whole(turn, Sample.Builder, isFirst: true);

        Assert.Contains("Keep quoted newlines.", prompt);
        Assert.Contains("words of message 4", prompt);
        Assert.DoesNotContain("Begin now", prompt);
    }

    [Fact]
    public void A_verifier_hears_how_to_judge()
    {
        var submission = Sample.Message(MessageKind.Submission, 2);
        var turn = new AgentTurn(Sample.Thread() with { Round = 3 }, Brief, submission, [submission]);
        var prompt = PromptTemplates.Default.Whole(turn, Sample.Verifier, isFirst: true, "Answer with JSON.");

        Assert.StartsWith("You are proveo-verifier, the verifier", prompt);
        Assert.Contains("Judge round 3 now. ", prompt);
        Assert.EndsWith("also those that held before.\nAnswer with JSON.\n", prompt);
    }

    [Fact]
    public void A_question_is_only_answered()
    {
        var question = Sample.Message(MessageKind.Question, 5, Sample.Verifier);
        var prompt = PromptTemplates.Default.Next(new AgentTurn(Sample.Thread(), Brief, question, [question]), Sample.Builder);

        Assert.StartsWith("Question from proveo-verifier:", prompt);
        Assert.DoesNotContain("submission", prompt);
    }

    [Theory]
    [InlineData(false, "The answer that you gave last was not taken (unsupported_pass)")]
    [InlineData(true, "You are proveo-verifier")]
    public void A_refusal_is_told(bool isFirst, string beginning)
    {
        var submission = Sample.Message(MessageKind.Submission, 2);
        var turn = new AgentTurn(
            Sample.Thread(), Brief, submission, [submission], new Refusal("unsupported_pass", "AC-1 is not covered."));
        var prompt = PromptTemplates.Default.Whole(turn, Sample.Verifier, isFirst, "Answer with JSON.");

        Assert.StartsWith(beginning, prompt);
        Assert.Contains("AC-1 is not covered.", prompt);
        Assert.Equal(isFirst, prompt.Contains("words of message 2", StringComparison.Ordinal));
    }

    [Fact]
    public void Peer_text_is_not_taken_for_a_template()
    {
        var finding = Sample.Message(MessageKind.Verdict, 3) with { Body = JsonText.OfString("see {{brief}} and {{nonsense}}") };
        var prompt = PromptTemplates.Default.Next(new AgentTurn(Sample.Thread(), Brief, finding, [finding]), Sample.Builder);

        Assert.Contains("see {{brief}} and {{nonsense}}", prompt);
        Assert.DoesNotContain("Keep quoted", prompt);
    }

    [Fact]
    public void A_template_can_be_replaced()
    {
        File.WriteAllText(Path.Combine(_folder, "question.txt"), "Please reply to {{peer}}:\r\n{{news}}\r\n\r\n");
        var question = Sample.Message(MessageKind.Question, 5, Sample.Verifier);
        var templates = PromptTemplates.Load(_folder);

        var prompt = templates.Next(new AgentTurn(Sample.Thread(), Brief, question, [question]), Sample.Builder);
        Assert.StartsWith("Please reply to proveo-verifier:\n[[", prompt);
        Assert.EndsWith("end]]\n", prompt);
        Assert.StartsWith("You are", templates.Introduction(new AgentTurn(Sample.Thread(), Brief, Brief, []), Sample.Builder));
    }

    [Theory]
    [InlineData("question.txt", "/clear {{news}}", "must begin with a word of its own")]
    [InlineData("question.txt", "{{news}}", "must begin with a word of its own")]
    [InlineData("question.txt", "", "must begin with a word of its own")]
    [InlineData("question.txt", "Say {{new}}", "has {{new}}, which nobody fills in. There are: agent, peer,")]
    [InlineData("questions.txt", "Say {{news}}", "is no template. There are: builder, verifier,")]
    public void A_file_that_is_no_template_is_refused(string name, string text, string problem)
    {
        File.WriteAllText(Path.Combine(_folder, name), text);
        var error = Assert.Throws<FormatException>(() => PromptTemplates.Load(_folder));
        Assert.Contains(name, error.Message);
        Assert.Contains(problem, error.Message);
    }
}

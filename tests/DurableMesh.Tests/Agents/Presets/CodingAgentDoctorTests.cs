using DurableMesh.Agents.Presets;
using DurableMesh.Cli.Demo.ScriptedModel;

namespace DurableMesh.Tests.Agents.Presets;

public sealed class CodingAgentDoctorTests : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("mesh-doctor-test-").FullName;
    private readonly Dictionary<string, string> _variables = [];

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Fact]
    public async Task Where_all_is_there_nothing_is_missing_and_no_secret_is_told()
    {
        _variables["ANTHROPIC_API_KEY"] = "sk-very-secret";
        var found = await ExamineAsync(new ClaudeCode(), (0, "2.1.197 (Claude Code)", ""));

        Assert.DoesNotContain(found, diagnosis => diagnosis.Health == Health.Missing);
        Assert.Contains(found, diagnosis => diagnosis is { Health: Health.Good, Words: "claude 2.1.197" });
        Assert.Contains(found, diagnosis => diagnosis.Words == "ANTHROPIC_API_KEY is set");
        Assert.DoesNotContain(found, diagnosis => diagnosis.Words.Contains("very-secret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_missing_program_and_a_missing_login_are_said_with_what_to_do()
    {
        var found = await ExamineAsync(new Codex(), (127, "", "not found"));

        Assert.Contains(found, diagnosis => diagnosis.Words == "'codex' is not there: npm install -g @openai/codex@0.171.0");
        var login = found.Single(diagnosis => diagnosis.Subject == "login");
        Assert.Equal(Health.Missing, login.Health);
        Assert.Contains("codex login", login.Words);
    }

    [Fact]
    public async Task A_stored_login_is_found_where_the_variable_moves_it()
    {
        _variables["XDG_DATA_HOME"] = _home;
        File.WriteAllText(Path.Combine(Directory.CreateDirectory(Path.Combine(_home, "opencode")).FullName, "auth.json"), "{}");
        var found = await ExamineAsync(new OpenCode(), (0, "1.19.0", ""));

        Assert.Contains(found, diagnosis => diagnosis is { Health: Health.Good, Subject: "login" });
        Assert.Contains(
            new Diagnosis(Health.Remark, "program", "opencode 1.19.0; the preset was measured with 1.18.33"), found);
    }

    [Fact]
    public async Task A_home_that_cannot_be_written_is_missing()
    {
        var file = Path.Combine(_home, "file");
        File.WriteAllText(file, "");
        _variables["PI_CODING_AGENT_DIR"] = file;

        Assert.Contains(
            await ExamineAsync(new Pi(), (0, "0.73.1", "")),
            diagnosis => diagnosis.Health == Health.Missing && diagnosis.Words.Contains("PI_CODING_AGENT_DIR"));
    }

    [Fact]
    public async Task A_try_shows_the_answer_and_its_tokens()
    {
        await using var agent = await RealAgent.StartAsync("pi", _ => ModelAnswer.Say("ready"));
        var doctor = new CodingAgentDoctor(agent.Cli, agent, _ => null, _home);
        var diagnosis = await doctor.TryAsync(agent.Program, "scripted/scripted-1", CancellationToken.None);

        Assert.Equal(Health.Good, diagnosis.Health);
        Assert.StartsWith($"'ready' for {agent.Model.TokensFrom(1).Input:N0} tokens in (0 cached), ", diagnosis.Words);
    }

    private async Task<IReadOnlyList<Diagnosis>> ExamineAsync(ICodingAgent cli, (int, string, string) version) =>
        await new CodingAgentDoctor(cli, new FakePrograms(version), name => _variables.GetValueOrDefault(name), _home)
            .ExamineAsync(null, "m-1", _home, CancellationToken.None);
}

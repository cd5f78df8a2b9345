using System.CommandLine;
using DurableMesh.Agents.Presets;
using DurableMesh.Agents.Processes;
using DurableMesh.Cli.CommandLine;

namespace DurableMesh.Cli.Agents;

/// <summary><c>mesh agent doctor</c>: says what a preset lacks on this machine.</summary>
internal static class AgentDoctorCommand
{
    private static readonly Option<string> With = new("--with")
    {
        Description = $"The preset: {string.Join(", ", CodingAgents.All.Select(agent => agent.Name))}.",
        HelpName = "NAME",
        Required = true,
    };

    private static readonly Option<string?> Program = new("--program")
    {
        Description = "Its program, where it is not the usual one on the PATH.",
        HelpName = "FILE",
    };

    private static readonly Option<string?> Model = new("--model")
    {
        Description = "The model that it is to be run with.",
        HelpName = "MODEL",
    };

    private static readonly Option<bool> Try = new("--try")
    {
        Description = "Ask the model for one word as well, which costs a little; the tokens are shown.",
    };

    static AgentDoctorCommand() => With.AcceptOnlyFromAmong([.. CodingAgents.All.Select(agent => agent.Name)]);

    /// <summary>Creates the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var command = new Command("doctor", "Say what a coding agent lacks on this machine; exit code 0 where it can run.")
        {
            With, Program, Model, Try,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var doctor = new CodingAgentDoctor(
                CodingAgents.Find(parsed.GetRequiredValue(With))!,
                new ProgramRunner($"doctor-{Guid.NewGuid():N}"),
                terminal.Variable,
                Environment.GetFolderPath(Environment.SpecialFolder.UserProfile));
            var (program, model) = (parsed.GetValue(Program), parsed.GetValue(Model));
            List<Diagnosis> found = [.. await doctor.ExamineAsync(program, model, MeshFolder.Of(terminal).Path, cancellation)];
            if (parsed.GetValue(Try) && found.TrueForAll(diagnosis => diagnosis.Health != Health.Missing))
            {
                found.Add(await doctor.TryAsync(program, model, cancellation));
            }

            foreach (var diagnosis in found)
            {
                if (parsed.WantsJson())
                {
                    terminal.WriteJson(diagnosis, CliJson.Context.Diagnosis);
                }
                else
                {
                    Doctor.DoctorCommand.Write(diagnosis, terminal);
                }
            }

            return found.Exists(diagnosis => diagnosis.Health == Health.Missing) ? ExitCode.Refused : ExitCode.Done;
        });
        return command;
    }
}

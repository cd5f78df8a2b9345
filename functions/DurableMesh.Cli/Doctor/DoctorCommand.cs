using System.CommandLine;
using DurableMesh.Agents.Presets;
using DurableMesh.Agents.Processes;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Cli.Host;

namespace DurableMesh.Cli.Doctor;

/// <summary>What <c>mesh doctor --json</c> prints.</summary>
/// <param name="Healthy">Whether nothing is wrong.</param>
/// <param name="Checks">What was looked at.</param>
internal sealed record DoctorReport(bool Healthy, IReadOnlyList<Diagnosis> Checks);

/// <summary><c>mesh doctor</c>: looks at this machine, at the installation and at the mesh, and says what to do.</summary>
internal static class DoctorCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var command = new Command(
            "doctor",
            "Look at this machine, the installation and the mesh, and say what is wrong and what to do.");
        command.SetAction(async (parsed, cancellation) =>
        {
            var host = HostProgram.FindOrNull(terminal);
            var settings = HostSettings.Read(host?.Root, terminal.Variable);
            var machine = new MachineDoctor(() => new ProgramRunner($"doctor-{Guid.NewGuid():N}"));
            var mesh = new MeshDoctor(parsed.Connect(), parsed.MeshKey() is not null, terminal.Mesh, TimeProvider.System);
            var installed = new InstallationDoctor(host, settings, MeshFolder.Of(terminal).Path, terminal.Mesh);
            var found = await terminal.WorkAsync("looking", async _ => (List<Diagnosis>)
            [
                .. await machine.ExamineAsync(settings, cancellation),
                .. await installed.ExamineAsync(cancellation),
                .. await mesh.ExamineAsync(cancellation),
                .. await machine.ExamineCodingAgentsAsync(cancellation),
            ]);
            var report = new DoctorReport(!found.Exists(one => one.Health == Health.Missing), found);
            if (parsed.WantsJson())
            {
                terminal.WriteJson(report, CliJson.Context.DoctorReport);
            }
            else
            {
                Write(report, terminal);
            }

            return report.Healthy ? ExitCode.Done : ExitCode.Refused;
        });
        return command;
    }

    /// <summary>Writes one thing that was looked at.</summary>
    public static void Write(Diagnosis diagnosis, Terminal terminal)
    {
        var mark = diagnosis.Health switch { Health.Good => "✓", Health.Remark => "·", _ => "✗" };
        terminal.Say($"{mark} {diagnosis.Subject,-12} {diagnosis.Words}");
    }

    private static void Write(DoctorReport report, Terminal terminal)
    {
        foreach (var diagnosis in report.Checks)
        {
            Write(diagnosis, terminal);
        }

        var wrong = report.Checks.Count(one => one.Health == Health.Missing);
        terminal.Say(wrong == 0 ? "Nothing is wrong." : wrong == 1 ? "One thing is wrong." : $"{wrong} things are wrong.");
    }
}

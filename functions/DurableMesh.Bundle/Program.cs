using DurableMesh.Cli;
using DurableMesh.Cli.Host;
using DurableMesh.Functions;

if (args is [HostProgram.InsideWord, .. var rest])
{
    MeshProgram.Run(rest);
    return Environment.ExitCode;
}

return await CommandLineProgram.RunAsync(args);

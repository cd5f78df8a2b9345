using DurableMesh.Functions.A2A;
using DurableMesh.Functions.Backups;
using DurableMesh.Functions.Dashboard;
using DurableMesh.Functions.Health;
using DurableMesh.Functions.Http;
using DurableMesh.Functions.Identity;
using DurableMesh.LocalHost;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Hosting;

namespace DurableMesh.Functions;

/// <summary>The app as a program: of this assembly alone, or inside another program.</summary>
public static class MeshProgram
{
    /// <summary>Runs it until it is stopped; or restores a backup.</summary>
    /// <param name="args">The command line.</param>
    public static void Run(string[] args)
    {
        if (args is [RestoreProgram.Word, var backup])
        {
            Environment.ExitCode = RestoreProgram.RunAsync(backup).GetAwaiter().GetResult();
            return;
        }

        Build(FunctionApp.CreateBuilder(args, typeof(MeshProgram).Assembly)).Run();
    }

    /// <summary>Puts it together.</summary>
    /// <param name="builder">Starts it as a worker or by itself.</param>
    internal static IHost Build(IFunctionAppBuilder builder)
    {
        builder.UseWhen<PageProblemMiddleware>(context => PageNames.IsPage(context.FunctionDefinition.Name));
        builder.UseMiddleware<ProblemMiddleware>();
        builder.UseWhen<IdentityMiddleware>(context =>
            context.FunctionDefinition.Name is var name
                && name is not (HealthFunction.Name or A2aCardFunctions.MeshCard)
                && !PageNames.IsPublic(name));
        builder.UseWhen<SharedPages>(context =>
            context.FunctionDefinition.Name is var name && PageNames.IsPage(name) && !PageNames.IsPublic(name));
        builder.Services.AddMesh(builder.Configuration);
        return builder.Build();
    }
}

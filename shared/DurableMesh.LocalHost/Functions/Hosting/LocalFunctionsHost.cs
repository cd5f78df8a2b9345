using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Hosting;

namespace DurableMesh.LocalHost.Functions;

/// <summary>Puts the local host together.</summary>
internal static class LocalFunctionsHost
{
    public static WebApplicationBuilder CreateWebBuilder(FunctionAppSource source, string[] args)
    {
        var web = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = source.AppFolder, Args = args });
        web.WebHost.UseKestrelCore();
        return web;
    }

    public static IHost Build(
        WebApplicationBuilder web,
        FunctionAppSource source,
        IReadOnlyList<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>> middleware,
        bool usesAspNetCore)
    {
        return web.Build();
    }
}

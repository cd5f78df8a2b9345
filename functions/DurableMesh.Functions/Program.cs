using DurableMesh.Functions;
using DurableMesh.Functions.Dashboard;
using DurableMesh.Functions.Health;
using DurableMesh.Functions.Http;
using DurableMesh.Functions.Identity;
using DurableMesh.LocalHost;
using Microsoft.Extensions.Hosting;

var builder = FunctionApp.CreateBuilder(args);
builder.UseWhen<PageProblemMiddleware>(context => PageNames.IsPage(context.FunctionDefinition.Name));
builder.UseMiddleware<ProblemMiddleware>();
builder.UseWhen<IdentityMiddleware>(context =>
    context.FunctionDefinition.Name is var name && name != HealthFunction.Name && !PageNames.IsPublic(name));
builder.Services.AddMesh(builder.Configuration);
builder.Build().Run();

using DurableMesh.Functions;
using DurableMesh.Functions.Health;
using DurableMesh.Functions.Http;
using DurableMesh.Functions.Identity;
using DurableMesh.LocalHost;
using Microsoft.Extensions.Hosting;

var builder = FunctionApp.CreateBuilder(args);
builder.UseMiddleware<ProblemMiddleware>();
builder.UseWhen<IdentityMiddleware>(context => context.FunctionDefinition.Name != HealthFunction.Name);
builder.Services.AddMesh(builder.Configuration);
builder.Build().Run();

using DurableMesh.Functions;
using DurableMesh.Functions.Health;
using DurableMesh.Functions.Http;
using DurableMesh.Functions.Identity;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Hosting;

var builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();
builder.UseMiddleware<ProblemMiddleware>();
builder.UseWhen<IdentityMiddleware>(context => context.FunctionDefinition.Name != HealthFunction.Name);
builder.Services.AddMesh(builder.Configuration);
builder.Build().Run();

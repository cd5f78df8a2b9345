// Two agents of one program: a builder that is code, and a verifier that is a model.
using DurableMesh.Agents;
using DurableMesh.Agents.AI;
using DurableMesh.Agents.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

var builder = Host.CreateApplicationBuilder(args);

// Any server that speaks OpenAI's Chat Completions; one on this machine may want no key.
var address = Environment.GetEnvironmentVariable("OPENAI_BASE_URL") ?? "https://api.openai.com/v1";
var model = new OpenAIModel
{
    Model = Environment.GetEnvironmentVariable("OPENAI_MODEL") ?? "gpt-5-mini",
    Address = new Uri(address),
    KeyVariable = address.StartsWith("http://127.0.0.1", StringComparison.Ordinal) ? null : "OPENAI_API_KEY",
};

// The verifier, in one line: its conversation is kept for each thread, and its answer has a check for each criterion.
builder.Services.AddMeshAgent("proveo-verifier", model.Connect());

// The builder. What it returns is its submission; what the verifier found wrong is in the turn that it gets.
builder.Services.AddMeshAgent("codecraft-builder", (run, _) =>
{
    var failed = run.Turn.Message.Checks.Where(check => check.Status == DurableMesh.Core.Wire.CheckStatus.Fail);
    var missing = string.Join(", ", failed.Select(check => check.Id));
    return Task.FromResult<RunEnd>(new RunEnd.Done(
        missing is ""
            ? "def fib(n):\n    return n if n < 2 else fib(n - 1) + fib(n - 2)\n"
            : $"# Mended: {missing}\ndef fib(n):\n    a, b = 0, 1\n    for _ in range(n):\n        a, b = b, a + b\n    return a\n"));
});

builder.Build().Run();

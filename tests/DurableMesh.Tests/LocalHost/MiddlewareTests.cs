using System.Net;

using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace DurableMesh.Tests.LocalHost;

public sealed class MiddlewareTests
{
    [Fact]
    public async Task Middleware_runs_in_the_order_of_its_registration_round_the_function()
    {
        var trace = new Trace();
        await using var app = await RunningApp.StartAsync(
            builder =>
            {
                builder.Services.AddSingleton(trace);
                builder.UseMiddleware<Outer>();
                builder.UseMiddleware(async (context, next) =>
                {
                    trace.Lines.Add($"second {context.FunctionDefinition.Name}");
                    await next();
                    trace.Lines.Add("second out");
                });
                builder.Use(next => async context =>
                {
                    trace.Lines.Add("third");
                    await next(context);
                });
            },
            typeof(Traced));

        Assert.Equal("done", await app.GetAsync("/api/traced"));
        Assert.Equal(["first", "second traced", "third", "function", "second out", "first out"], trace.Lines);
    }

    [Fact]
    public async Task Conditional_middleware_runs_for_what_it_is_meant_for()
    {
        var trace = new Trace();
        await using var app = await RunningApp.StartAsync(
            builder =>
            {
                builder.Services.AddSingleton(trace);
                builder.UseWhen<Outer>(context => context.FunctionDefinition.Name == "traced");
                builder.UseWhen(
                    context => context.GetHttpContext()!.Request.Query.ContainsKey("x"),
                    (_, next) =>
                    {
                        trace.Lines.Add("queried");
                        return next();
                    });
            },
            typeof(Traced));

        await app.GetAsync("/api/other?x=1");
        Assert.Equal(["queried"], trace.Lines);
        await app.GetAsync("/api/traced");
        Assert.Equal(["queried", "first", "function", "first out"], trace.Lines);
    }

    [Fact]
    public async Task Middleware_can_answer_itself_replace_the_answer_and_turn_failures_into_answers()
    {
        await using var app = await RunningApp.StartAsync(
            builder =>
            {
                builder.Services.AddSingleton<Trace>();
                builder.UseMiddleware(async (context, next) =>
                {
                    var query = context.GetHttpContext()!.Request.Query;
                    if (query.ContainsKey("stop"))
                    {
                        context.GetInvocationResult().Value = Results.StatusCode(StatusCodes.Status418ImATeapot);
                        return;
                    }

                    try
                    {
                        await next();
                    }
                    catch (InvalidOperationException error)
                    {
                        context.GetInvocationResult().Value = Results.Conflict(error.Message);
                        return;
                    }

                    context.GetInvocationResult<string>().Value += "!";
                });
            },
            typeof(Traced));

        Assert.Equal(HttpStatusCode.Conflict, (await app.SendAsync(HttpMethod.Get, "/api/failing")).StatusCode);
        Assert.Equal((HttpStatusCode)418, (await app.SendAsync(HttpMethod.Get, "/api/traced?stop=1")).StatusCode);
        Assert.Equal("done!", await app.GetAsync("/api/traced"));
    }

    [Fact]
    public async Task What_middleware_puts_into_items_the_function_finds()
    {
        await using var app = await RunningApp.StartAsync(
            builder => builder.UseMiddleware((context, next) =>
            {
                context.Items["who"] = "middleware";
                return next();
            }),
            typeof(ItemReader));

        Assert.Equal("middleware True", await app.GetAsync("/api/items"));
    }

    public sealed class Trace
    {
        public List<string> Lines { get; } = [];
    }

    public sealed class Outer(Trace trace) : IFunctionsWorkerMiddleware
    {
        public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
        {
            trace.Lines.Add("first");
            await next(context);
            trace.Lines.Add("first out");
        }
    }

    public sealed class Traced(Trace trace)
    {
        [Function("traced")]
        public string Run([HttpTrigger] HttpRequest request)
        {
            trace.Lines.Add("function");
            return "done";
        }

        [Function("other")]
        public static string Other([HttpTrigger] HttpRequest request) => "other";

        [Function("failing")]
        public static string Failing([HttpTrigger] HttpRequest request) => throw new InvalidOperationException("no");
    }

    public static class ItemReader
    {
        [Function("items")]
        public static string Run([HttpTrigger] HttpRequest request, FunctionContext context) =>
            $"{context.Items["who"]} {ReferenceEquals(context.GetHttpContext(), request.HttpContext)}";
    }
}

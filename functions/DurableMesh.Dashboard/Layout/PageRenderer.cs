using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DurableMesh.Dashboard.Layout;

/// <summary>Draws pages.</summary>
/// <param name="services">What components may ask for; ours ask for nothing.</param>
/// <param name="loggers">Where a component that fails is reported.</param>
public sealed class PageRenderer(IServiceProvider services, ILoggerFactory loggers)
{
    /// <summary>A page as HTML.</summary>
    /// <typeparam name="TPage">The page.</typeparam>
    /// <param name="parameters">What it shows, by its parameters' names.</param>
    public async Task<string> RenderAsync<TPage>(IDictionary<string, object?> parameters)
        where TPage : IComponent
    {
        // In a Functions worker, MVC registers services for components that are scoped; in development, scopes are checked there.
        await using var scope = services.CreateAsyncScope();
        await using var renderer = new HtmlRenderer(scope.ServiceProvider, loggers);
        return await renderer.Dispatcher.InvokeAsync(async () =>
        {
            var page = await renderer.RenderComponentAsync<TPage>(ParameterView.FromDictionary(parameters));
            return page.ToHtmlString();
        });
    }
}

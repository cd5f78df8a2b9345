namespace Microsoft.Azure.Functions.Worker.Builder;

/// <summary>Lets HTTP functions use ASP.NET Core's types.</summary>
public static class FunctionsApplicationBuilderAspNetCoreExtensions
{
    /// <summary>Binds <c>HttpRequest</c> and takes <c>IResult</c> and <c>IActionResult</c>; HTTP functions need it.</summary>
    /// <param name="builder">The builder.</param>
    /// <returns>The builder.</returns>
    public static FunctionsApplicationBuilder ConfigureFunctionsWebApplication(this FunctionsApplicationBuilder builder)
    {
        builder.UsesAspNetCore = true;
        return builder;
    }
}

using System.Linq.Expressions;
using System.Reflection;

namespace DurableMesh.LocalHost;

/// <summary>How one parameter of a function gets its value.</summary>
/// <param name="Parameter">The parameter.</param>
/// <param name="Value">Makes the value, of the parameter's type, from the invocation.</param>
/// <param name="BindingType">The binding's type as <c>function.json</c> names it; null for what is no binding.</param>
/// <param name="IsInput">Whether it takes an orchestration's or activity's input.</param>
internal sealed record ParameterBinding(
    ParameterInfo Parameter, Func<Expression, Expression> Value, string? BindingType = null, bool IsInput = false);

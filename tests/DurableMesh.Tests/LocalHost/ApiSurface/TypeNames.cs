using System.Reflection;

namespace DurableMesh.Tests.LocalHost.ApiSurface;

/// <summary>Types by the names that C# gives them, with nullable annotations where the metadata hold them.</summary>
internal static class TypeNames
{
    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void",
        [typeof(object)] = "object",
        [typeof(string)] = "string",
        [typeof(bool)] = "bool",
        [typeof(byte)] = "byte",
        [typeof(char)] = "char",
        [typeof(short)] = "short",
        [typeof(int)] = "int",
        [typeof(long)] = "long",
        [typeof(uint)] = "uint",
        [typeof(ulong)] = "ulong",
        [typeof(float)] = "float",
        [typeof(double)] = "double",
        [typeof(decimal)] = "decimal",
    };

    /// <summary>The name of a type where it is declared: with its outer types and its type parameters.</summary>
    public static string Declared(Type type)
    {
        string outer = type.DeclaringType is { } declaring ? Declared(declaring) + "." : "";
        return outer + WithoutArity(type.Name) + GenericParameters(type.GetGenericArguments());
    }

    public static string GenericParameters(Type[] parameters) =>
        parameters.Length == 0 ? "" : $"<{string.Join(", ", parameters.Select(parameter => parameter.Name))}>";

    public static string Of(Type type) => Of(type, nullability: null);

    public static string Of(ParameterInfo parameter) =>
        Of(parameter.ParameterType, new NullabilityInfoContext().Create(parameter));

    public static string Of(PropertyInfo property) =>
        Of(property.PropertyType, new NullabilityInfoContext().Create(property));

    public static string Of(FieldInfo field) => Of(field.FieldType, new NullabilityInfoContext().Create(field));

    private static string Of(Type type, NullabilityInfo? nullability)
    {
        if (type.IsByRef)
        {
            return Of(type.GetElementType()!, nullability);
        }

        if (Nullable.GetUnderlyingType(type) is { } value)
        {
            return Of(value) + "?";
        }

        bool isNullable = !type.IsValueType
            && (nullability?.ReadState == NullabilityState.Nullable || nullability?.WriteState == NullabilityState.Nullable);
        return NotNull(type, nullability) + (isNullable ? "?" : "");
    }

    private static string NotNull(Type type, NullabilityInfo? nullability)
    {
        if (Keywords.TryGetValue(type, out string? keyword))
        {
            return keyword;
        }

        if (type.IsGenericParameter)
        {
            return type.Name;
        }

        if (type.IsArray)
        {
            return Of(type.GetElementType()!, nullability?.ElementType) + "[]";
        }

        string outer = type.DeclaringType is { } declaring ? Of(declaring) + "." : "";
        if (!type.IsGenericType)
        {
            return outer + type.Name;
        }

        IEnumerable<string> arguments = type.GetGenericArguments()
            .Select((argument, index) => Of(argument, nullability?.GenericTypeArguments.ElementAtOrDefault(index)));
        return $"{outer}{WithoutArity(type.Name)}<{string.Join(", ", arguments)}>";
    }

    private static string WithoutArity(string name) => name.Split('`')[0];
}

using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace DurableMesh.Tests.LocalHost.ApiSurface;

/// <summary>Writes a type of an assembly as the listings would show it.</summary>
internal static partial class ApiRendering
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    /// <summary>What the compiler adds to every record; the listings leave it out.</summary>
    private static readonly HashSet<string> RecordMembers =
    [
        "ToString", "GetHashCode", "Equals", "op_Equality", "op_Inequality", "Deconstruct", "PrintMembers", "<Clone>$",
    ];

    /// <summary>The attributes that change how a caller compiles or how the type is written.</summary>
    private static readonly HashSet<string> AttributesThatMatter =
    [
        "AttributeUsage", "Obsolete", "EditorBrowsable", "JsonConverter", "JsonPropertyName",
    ];

    public static ApiType Render(Type type) => new(
        type.Namespace ?? "",
        TypeNames.Declared(type),
        new(Header(type), Attributes(type)),
        type.IsEnum ? EnumMembers(type) : IsDelegate(type) ? [] : Members(type));

    /// <summary>The attributes in <paramref name="attributes"/> that are compared, of a listing's line too.</summary>
    public static IEnumerable<string> ThatMatter(IEnumerable<string> attributes) =>
        attributes.Where(attribute => AttributesThatMatter.Contains(AttributeName().Match(attribute).Groups[1].Value));

    private static string Header(Type type)
    {
        if (IsDelegate(type))
        {
            MethodInfo invoke = type.GetMethod("Invoke")!;
            return $"public delegate {TypeNames.Of(invoke.ReturnParameter)} {TypeNames.Declared(type)}({Parameters(invoke)})";
        }

        string modifier = type switch
        {
            { IsValueType: true } or { IsInterface: true } => "",
            { IsAbstract: true, IsSealed: true } => "static ",
            { IsAbstract: true } => "abstract ",
            { IsSealed: true } => "sealed ",
            _ => "",
        };
        string kind = type switch
        {
            { IsEnum: true } => "enum",
            { IsValueType: true } => "struct",
            { IsInterface: true } => "interface",
            _ when IsRecord(type) => "record",
            _ => "class",
        };
        return $"public {modifier}{kind} {TypeNames.Declared(type)}{Bases(type)}{Constraints(type.GetGenericArguments())}";
    }

    private static string Bases(Type type)
    {
        if (type.IsEnum)
        {
            return "";
        }

        bool hasBase = type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType);
        Type[] inherited = type.BaseType?.GetInterfaces() ?? [];
        string[] names =
        [
            .. hasBase ? [TypeNames.Of(type.BaseType!)] : Array.Empty<string>(),
            .. type.GetInterfaces().Except(inherited).Where(@interface => @interface.IsVisible).Select(TypeNames.Of),
        ];
        return names.Length == 0 ? "" : " : " + string.Join(", ", names);
    }

    private static List<ApiLine> EnumMembers(Type type) =>
    [
        .. Enum.GetNames(type).Select(name => new ApiLine(
            string.Create(CultureInfo.InvariantCulture, $"{name} = {Enum.Format(type, Enum.Parse(type, name), "D")}"), [])),
    ];

    private static List<ApiLine> Members(Type type)
    {
        bool isRecord = IsRecord(type);
        return
        [
            .. from field in type.GetFields(Declared)
               where IsVisible(field)
               select new ApiLine(Field(field), Attributes(field)),
            .. from constructor in type.GetConstructors(Declared)
               where IsVisible(constructor) && !constructor.IsStatic
               select new ApiLine(
                   $"{Access(constructor)} {TypeNames.Declared(type)}({Parameters(constructor)})", Attributes(constructor)),
            .. from property in type.GetProperties(Declared)
               let accessors = property.GetAccessors(nonPublic: true).Where(IsVisible).ToArray()
               where accessors.Length > 0
               select new ApiLine(Property(property, accessors), Attributes(property)),
            .. from @event in type.GetEvents(Declared)
               where IsVisible(@event.AddMethod!)
               select new ApiLine($"{Access(@event.AddMethod!)} event {@event.Name}", Attributes(@event)),
            .. from method in type.GetMethods(Declared)
               where IsVisible(method) && (!method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal))
                   && !(isRecord && RecordMembers.Contains(method.Name))
               select new ApiLine(Method(method), Attributes(method)),
        ];
    }

    private static string Field(FieldInfo field)
    {
        string access = field.IsPublic ? "public" : "protected";
        string modifier = field switch
        {
            { IsLiteral: true } => "const ",
            { IsStatic: true, IsInitOnly: true } => "static readonly ",
            { IsStatic: true } => "static ",
            { IsInitOnly: true } => "readonly ",
            _ => "",
        };
        string value = field.IsLiteral ? $" = {Literal(field.GetRawConstantValue(), field.FieldType)}" : "";
        return $"{access} {modifier}{TypeNames.Of(field)} {field.Name}{value}";
    }

    private static string Property(PropertyInfo property, MethodInfo[] accessors)
    {
        MethodInfo widest = accessors.FirstOrDefault(accessor => accessor.IsPublic) ?? accessors[0];
        IEnumerable<string> shown = accessors.Select(accessor =>
            (accessor.IsPublic == widest.IsPublic ? "" : "protected ")
            + (accessor == property.GetMethod ? "get;" : IsInit(accessor) ? "init;" : "set;"));
        ParameterInfo[] index = property.GetIndexParameters();
        return $"{Access(widest)} {Modifier(widest)}{TypeNames.Of(property)} {property.Name}"
            + $"{(index.Length == 0 ? "" : $"[{Parameters(index)}]")} {{ {string.Join(' ', shown)} }}";
    }

    private static string Method(MethodInfo method) =>
        $"{Access(method)} {Modifier(method)}{TypeNames.Of(method.ReturnParameter)} {method.Name}"
        + $"{TypeNames.GenericParameters(method.GetGenericArguments())}({Parameters(method)})"
        + Constraints(method.GetGenericArguments());

    private static string Parameters(MethodBase method)
    {
        string list = Parameters(method.GetParameters());
        return method.IsDefined(typeof(ExtensionAttribute)) ? "this " + list : list;
    }

    private static string Parameters(ParameterInfo[] parameters) => string.Join(", ", parameters.Select(parameter =>
    {
        string modifier = parameter switch
        {
            { IsOut: true } => "out ",
            { ParameterType.IsByRef: true } => parameter.IsIn ? "in " : "ref ",
            _ when parameter.IsDefined(typeof(ParamArrayAttribute)) => "params ",
            _ => "",
        };
        string value = parameter.HasDefaultValue ? $" = {Literal(parameter.RawDefaultValue, parameter.ParameterType)}" : "";
        return $"{modifier}{TypeNames.Of(parameter)} {parameter.Name}{value}";
    }));

    private static string Literal(object? value, Type type) => value switch
    {
        null => type.IsValueType && Nullable.GetUnderlyingType(type) is null ? "default" : "null",
        string text => $"\"{text}\"",
        bool flag => flag ? "true" : "false",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    private static string Constraints(Type[] parameters) => string.Concat(parameters.Select(parameter =>
    {
        GenericParameterAttributes special = parameter.GenericParameterAttributes;
        bool isStruct = special.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint);
        string[] all =
        [
            .. special.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint) ? ["class"] : Array.Empty<string>(),
            .. isStruct ? ["struct"] : Array.Empty<string>(),
            .. parameter.GetGenericParameterConstraints().Where(type => type != typeof(ValueType)).Select(TypeNames.Of),
            .. special.HasFlag(GenericParameterAttributes.DefaultConstructorConstraint) && !isStruct
                ? ["new()"]
                : Array.Empty<string>(),
        ];
        return all.Length == 0 ? "" : $" where {parameter.Name} : {string.Join(", ", all)}";
    }));

    private static string Modifier(MethodInfo method) => method switch
    {
        { IsStatic: true } => "static ",
        { DeclaringType.IsInterface: true } => "",
        { IsAbstract: true } when IsOverride(method) => "abstract override ",
        { IsAbstract: true } => "abstract ",
        { IsVirtual: true } when IsOverride(method) => method.IsFinal ? "sealed override " : "override ",
        { IsVirtual: true, IsFinal: false } => "virtual ",
        _ => "",
    };

    private static bool IsOverride(MethodInfo method) => method.GetBaseDefinition() != method;

    private static bool IsInit(MethodInfo setter) =>
        setter.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit));

    private static bool IsRecord(Type type) => type.GetMethod("<Clone>$", Declared) is not null;

    private static bool IsDelegate(Type type) => type.BaseType == typeof(MulticastDelegate);

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static bool IsVisible(FieldInfo field) =>
        !field.IsSpecialName && (field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly);

    private static string Access(MethodBase method) => method.IsPublic ? "public" : "protected";

    private static List<string> Attributes(MemberInfo member) => [.. ThatMatter(
        member.GetCustomAttributesData().Select(data => data.ToString()!.Replace(
            data.AttributeType.FullName!, data.AttributeType.Name[..^"Attribute".Length], StringComparison.Ordinal)))];

    [GeneratedRegex(@"^\[(\w+)")]
    private static partial Regex AttributeName();
}
